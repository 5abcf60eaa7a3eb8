import i18next from 'i18next'

/* Presets and options are the server's own; a page that shows them loads the area `training`. What this build has no
   words for, as an option of a newer server, is shown as the server calls it. */

function known(key: string, otherwise: string): string {
  return i18next.exists(key) ? i18next.t(key as 'training:option.seed') : otherwise
}

export function presetTitle(name: string, otherwise = name): string {
  return known(`training:presets.${name}.title`, otherwise)
}

export function presetAbout(name: string, otherwise = ''): string {
  return known(`training:presets.${name}.about`, otherwise)
}

export function optionHelp(name: string, otherwise: string): string {
  return known(`training:option.${name}`, otherwise)
}
