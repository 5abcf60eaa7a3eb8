import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { projectKey } from '@/api/project'
import type { Analysis, Batch, BatchFile, Page } from '@/api/types'

const EVERY_MS = 1500
const FILES = { refused: { state: 'refused' }, partly: { state: 'added', told: true } } as const

export const batchesKey = (pid: number) => [...projectKey(pid), 'batches']

export const batchesQuery = (pid: number) =>
  queryOptions({
    queryKey: [...batchesKey(pid), 'list'],
    queryFn: (): Promise<Page<Batch>> =>
      ask(api.GET('/api/projects/{pid}/batches', { params: { path: { pid }, query: { limit: 20 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some(isMoving) ? EVERY_MS * 2 : false),
  })

export const batchQuery = (pid: number, bid: number) =>
  queryOptions({
    queryKey: [...batchesKey(pid), bid],
    queryFn: (): Promise<Batch> =>
      ask(api.GET('/api/projects/{pid}/batches/{bid}', { params: { path: { pid, bid } } })),
    refetchInterval: ({ state }) => (!state.data || isMoving(state.data) ? EVERY_MS : false),
  })

/** What was found in a delivery that waits; looked at anew each time it is opened, because classes may have changed. */
export const analysisQuery = (pid: number, bid: number) =>
  queryOptions({
    queryKey: [...batchesKey(pid), bid, 'analysis'],
    queryFn: (): Promise<Analysis> =>
      ask(api.GET('/api/projects/{pid}/batches/{bid}/analysis', { params: { path: { pid, bid } } })),
    gcTime: 0,
    refetchOnWindowFocus: false,
  })

type Listed = 'refused' | 'partly'

/** Files of a delivery that were refused, or taken in with something of their labels left out. */
export const filesQuery = (pid: number, bid: number, listed: Listed) =>
  infiniteQueryOptions({
    queryKey: [...batchesKey(pid), bid, listed],
    initialPageParam: '',
    queryFn: ({ pageParam }): Promise<Page<BatchFile>> =>
      ask(
        api.GET('/api/projects/{pid}/batches/{bid}/files', {
          params: {
            path: { pid, bid },
            query: { ...FILES[listed], limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  })

/** Whether the server still works on a delivery. */
export function isMoving(batch: Batch): boolean {
  return batch.state === 'open' || batch.state === 'closed'
}
