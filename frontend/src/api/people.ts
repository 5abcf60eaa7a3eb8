import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { projectKey } from './project'
import type { Member, Page } from './types'

export const membersQuery = (pid: number) =>
  queryOptions({
    queryKey: [...projectKey(pid), 'members'],
    queryFn: (): Promise<Page<Member>> =>
      ask(api.GET('/api/projects/{pid}/members', { params: { path: { pid }, query: { limit: 200 } } })),
  })
