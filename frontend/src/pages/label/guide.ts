import { queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import type { ClassEntry } from '@/kinds/kind'

export interface Guide {
  guide_text: string
  guide_version: number
  pictures: { id: number; url: string }[]
  classes: ClassEntry[]
  show_proposals: boolean
}

export const guideQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'guide'],
    queryFn: (): Promise<Guide> => ask(api.GET('/api/projects/{pid}/desk/guide', { params: { path: { pid } } })),
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  })
