import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api, ask } from './client'
import type { LabelClass, Page, Project } from './types'

export const projectKey = (pid: number) => ['project', pid] as const

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: (): Promise<Page<Project>> => ask(api.GET('/api/projects', { params: { query: { limit: 200 } } })),
})

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

/** The project of a page; its route has loaded it before. */
export function useProject(pid: number): Project {
  return useSuspenseQuery(projectQuery(pid)).data
}

/** One of a project's counters, 0 until the server has counted for the first time. */
export function counted(project: Pick<Project, 'counts'>, name: string): number {
  return project.counts[name] ?? 0
}
