import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { projectKey } from './project'
import type { Job, Page } from './types'

const EVERY_MS = 2000

export const isRunning = (job: Pick<Job, 'state'>) => job.state === 'queued' || job.state === 'running'

/** A project's latest background work, asked again while some of it runs. */
export const jobsQuery = (pid: number) =>
  queryOptions({
    queryKey: [...projectKey(pid), 'jobs'],
    queryFn: (): Promise<Page<Job>> =>
      ask(api.GET('/api/projects/{pid}/jobs', { params: { path: { pid }, query: { limit: 50 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? EVERY_MS : EVERY_MS * 5),
  })
