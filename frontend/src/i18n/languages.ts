export const LANGUAGES = [
  { code: 'en', title: 'English', short: 'English' },
  { code: 'zh-CN', title: '简体中文', short: '中文' },
] as const
export type Language = (typeof LANGUAGES)[number]['code']

const KEPT = 'fovea.language'

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language.code === value)
}

/** The language chosen earlier on this device, else the browser's, else English. */
export function startLanguage(): Language {
  const kept = localStorage.getItem(KEPT)
  if (isLanguage(kept)) return kept
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT, language)
}
