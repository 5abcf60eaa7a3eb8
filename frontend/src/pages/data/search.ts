/** The filters of the wall of pictures, as they stand in the address. */
export interface DataSearch {
  class?: number
  state?: (typeof STATES)[number]
  split?: (typeof SPLITS)[number]
  problem?: (typeof PROBLEMS)[number]
  agreement?: (typeof AGREEMENTS)[number]
  name?: string
}

export const STATES = ['open', 'closed', 'review', 'unasked', 'excluded', 'deleted', 'set_aside', 'example'] as const
export const SPLITS = ['train', 'holdout', 'none'] as const
export const PROBLEMS = ['near_duplicate', 'bridge', 'broken'] as const
export const AGREEMENTS = ['unanimous', 'disputed', 'low'] as const

const LONGEST_NAME = 200

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value)
}

/** What an address says, with everything unknown left out, so that a mistyped address shows all pictures. */
export function readDataSearch(raw: Record<string, unknown>): DataSearch {
  const concept = Number(raw.class)
  const name = typeof raw.name === 'string' || typeof raw.name === 'number' ? String(raw.name) : ''
  const search: DataSearch = {
    class: raw.class !== undefined && Number.isInteger(concept) && concept > 0 ? concept : undefined,
    state: oneOf(STATES, raw.state),
    split: oneOf(SPLITS, raw.split),
    problem: oneOf(PROBLEMS, raw.problem),
    agreement: oneOf(AGREEMENTS, raw.agreement),
    name: name.trim().slice(0, LONGEST_NAME) || undefined,
  }
  return withoutEmpty(search)
}

/** The filters without those that are not set: the shortest address, and the query for the server. */
export function withoutEmpty(search: DataSearch): DataSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}

export function isFiltered(search: DataSearch): boolean {
  return Object.keys(withoutEmpty(search)).length > 0
}
