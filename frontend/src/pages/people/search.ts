export const TABS = ['members', 'work'] as const

export interface PeopleSearch {
  tab?: (typeof TABS)[number]
  /** Whose figures are looked at. */
  person?: number
}

export function readPeopleSearch(raw: Record<string, unknown>): PeopleSearch {
  const tab = TABS.find((each) => each === raw.tab)
  const person = Number(raw.person)
  return { ...(tab ? { tab } : {}), ...(Number.isInteger(person) && person > 0 ? { person } : {}) }
}
