import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { projectKey } from './project'
import type { PracticeState } from './types'

/** Whether there is a practice for this person, and how the last one went. */
export const practiceQuery = (pid: number) =>
  queryOptions({
    queryKey: [...projectKey(pid), 'practice'],
    queryFn: (): Promise<PracticeState> =>
      ask(api.GET('/api/projects/{pid}/desk/practice', { params: { path: { pid } } })),
  })
