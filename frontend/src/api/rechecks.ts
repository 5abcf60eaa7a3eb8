import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'
import type { Page } from './types'

type Schema = components['schemas']

export type Rechecks = Schema['Rechecks']
export type Recheck = Schema['RecheckShape']
/** Which disagreements are asked again, without the sender's key. */
export type Wish = Omit<Schema['RecheckInRequest'], 'key'>
export type ClassPicture = Schema['ClassPicture']
export const CLASS_OUTCOMES = ['true_positive', 'false_positive', 'false_negative'] as const
export type ClassOutcome = (typeof CLASS_OUTCOMES)[number]

export const rechecksKey = (pid: number, eid: number) => ['project', pid, 'evaluation', eid, 'rechecks'] as const

export const rechecksQuery = (pid: number, eid: number) =>
  queryOptions({
    queryKey: rechecksKey(pid, eid),
    queryFn: (): Promise<Rechecks> =>
      ask(api.GET('/api/projects/{pid}/evaluations/{eid}/rechecks', { params: { path: { pid, eid } } })),
    // Answers come in by the minute; the figure follows within one once the last is there.
    refetchInterval: (query) => (query.state.data?.items.some((one) => !one.finished_at) ? 15_000 : false),
  })

export const recheck = (pid: number, eid: number, body: Schema['RecheckInRequest']): Promise<Recheck> =>
  ask(api.POST('/api/projects/{pid}/evaluations/{eid}/rechecks', { params: { path: { pid, eid } }, body }))

export const classPictures = (
  pid: number,
  eid: number,
  query: { class: number; outcome: ClassOutcome; cursor?: string },
): Promise<Page<ClassPicture>> =>
  ask(api.GET('/api/projects/{pid}/evaluations/{eid}/class-pictures', { params: { path: { pid, eid }, query } }))
