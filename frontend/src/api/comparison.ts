import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'

type Schema = components['schemas']

export type Pair = Schema['PairShape']
export type Apart = Pick<Pair, 'first' | 'second' | 'difference' | 'low' | 'high'>
export type ClassApart = Schema['ClassApart']
export type Headline = Schema['HeadlineShape']
/** The schema leaves a figure out where a run was never scored. */
export type Comparison = Omit<Schema['ComparisonShape'], 'figures'> & { figures: (Headline | null)[] }
export type ChangedPicture = Schema['ChangedPicture']
export type Change = 'lost' | 'gained'

export const LEAST = 2
export const MOST = 6

export const comparisonQuery = (pid: number, runs: readonly number[]) =>
  queryOptions({
    queryKey: ['project', pid, 'compare', ...runs],
    queryFn: (): Promise<Comparison> =>
      ask(
        api.GET('/api/projects/{pid}/runs/compare', { params: { path: { pid }, query: { runs: runs.join(',') } } }),
      ) as Promise<Comparison>,
    enabled: runs.length >= LEAST,
    refetchInterval: (query) => (query.state.data?.scoring ? 2000 : false),
  })
