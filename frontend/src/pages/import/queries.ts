import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { projectKey } from '@/api/project'
import type { Analysis, Batch, BatchFile, Page, UnfinishedUpload } from '@/api/types'
import { whereTo } from './plan'
import type { GivenFile } from './walk'

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

/** One's own uploads that have broken off, or go on in another tab. */
export const unfinishedQuery = (pid: number) =>
  queryOptions({
    queryKey: [...batchesKey(pid), 'unfinished'],
    queryFn: (): Promise<Page<UnfinishedUpload>> =>
      ask(api.GET('/api/projects/{pid}/batches/unfinished', { params: { path: { pid }, query: { limit: 5 } } })),
  })

/** To which of these uploads some files belong, and what of them is missing there; `round` numbers the choice of files. */
export const brokenQuery = (
  pid: number,
  files: readonly GivenFile[],
  uploads: readonly UnfinishedUpload[],
  round: number,
) =>
  queryOptions({
    queryKey: [...batchesKey(pid), 'broken', round, uploads.map(({ id }) => id)],
    queryFn: () =>
      whereTo(files, uploads, ({ id }, group) => {
        const path = { pid, bid: id }
        return ask(api.POST('/api/projects/{pid}/batches/{bid}/missing', { params: { path }, body: { files: group } }))
      }),
    enabled: files.length > 0 && uploads.length > 0,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
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
