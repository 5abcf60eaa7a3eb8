import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { projectKey } from './project'
import type { Page, Person, PersonDetail } from './types'

const AT_ONCE = 200
const peopleKey = (pid: number) => [...projectKey(pid), 'people']

/** Everybody who has answered in a project, the busiest first. */
export const peopleQuery = (pid: number) =>
  infiniteQueryOptions({
    queryKey: peopleKey(pid),
    queryFn: ({ pageParam }): Promise<Page<Person>> => {
      const query = { limit: AT_ONCE, ...(pageParam === null ? {} : { cursor: pageParam }) }
      return ask(api.GET('/api/projects/{pid}/people', { params: { path: { pid }, query } }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Person>) => page.next,
  })

export const personQuery = (pid: number, uid: number) =>
  queryOptions({
    queryKey: [...peopleKey(pid), uid],
    queryFn: () => {
      const found = ask(api.GET('/api/projects/{pid}/people/{uid}', { params: { path: { pid, uid } } }))
      // The schema knows an answer only as an object.
      return found as unknown as Promise<PersonDetail>
    },
  })

/** Hands a person no more questions, or lets them go on. */
export async function setPaused(pid: number, uid: number, pause: { note: string } | null): Promise<void> {
  const params = { path: { pid, uid } }
  if (pause) await ask(api.POST('/api/projects/{pid}/people/{uid}/pause', { params, body: pause }))
  else await ask(api.DELETE('/api/projects/{pid}/people/{uid}/pause', { params }))
}
