import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { LabelClass, Project } from './types'

export const projectKey = (pid: number) => ['project', pid] as const

export const projectQuery = (pid: number) =>
  queryOptions({
    queryKey: projectKey(pid),
    queryFn: (): Promise<Project> => ask(api.GET('/api/projects/{pid}', { params: { path: { pid } } })),
    staleTime: 10_000,
  })

export const classesQuery = (pid: number) =>
  queryOptions({
    queryKey: [...projectKey(pid), 'classes'],
    queryFn: async (): Promise<LabelClass[]> =>
      ask(api.GET('/api/projects/{pid}/classes', { params: { path: { pid } } })),
    staleTime: 30_000,
  })
