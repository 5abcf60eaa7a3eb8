import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { projectKey } from './project'
import type { OwnNumbers } from './types'

/** One's own figures; `after` tells apart what is asked anew after so many answers. */
export const numbersQuery = (pid: number, after = 0) =>
  queryOptions({
    queryKey: [...projectKey(pid), 'numbers', after],
    queryFn: (): Promise<OwnNumbers> => ask(api.GET('/api/projects/{pid}/desk/numbers', { params: { path: { pid } } })),
  })
