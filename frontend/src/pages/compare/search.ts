import { MOST } from '@/api/comparison'

export interface CompareSearch {
  /** Ids by comma; the first is what the others are compared with. */
  runs?: string
}

export function readCompareSearch(search: { runs?: unknown }): CompareSearch {
  const runs = idsOf(String(search.runs ?? ''))
  return runs.length > 0 ? { runs: runs.join(',') } : {}
}

/** The ids of a query, each once, at most as many as one page compares. */
export function idsOf(runs: string | undefined): number[] {
  const numbers = (runs ?? '').split(',').map(Number)
  return [...new Set(numbers.filter((one) => Number.isSafeInteger(one) && one > 0))].slice(0, MOST)
}
