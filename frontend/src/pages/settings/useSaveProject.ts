import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { projectKey, projectsQuery } from '@/api/project'
import type { Project, ProjectChange } from '@/api/types'

interface Outcome {
  onSuccess: (project: Project) => void
  onError?: (problem: Error) => void
}

/** Changes settings of a project and brings every page that shows it up to date. */
export function useSaveProject(pid: number, { onSuccess, onError }: Outcome) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: ProjectChange): Promise<Project> =>
      ask(api.PATCH('/api/projects/{pid}', { params: { path: { pid } }, body })),
    onSuccess: (project) => {
      client.setQueryData(projectKey(pid), project)
      void client.invalidateQueries({ queryKey: [...projectKey(pid), 'votes-wanted'] })
      void client.invalidateQueries({ queryKey: projectsQuery.queryKey })
      onSuccess(project)
    },
    onError,
  })
}
