export const TABS = ['general', 'classes', 'guide', 'asking'] as const
export interface SettingsSearch {
  tab?: (typeof TABS)[number]
}

export function readSettingsSearch(raw: Record<string, unknown>): SettingsSearch {
  const tab = TABS.find((each) => each === raw.tab)
  return tab ? { tab } : {}
}
