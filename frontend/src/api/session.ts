import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api, ask } from './client'
import type { Session, User } from './types'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: (): Promise<Session> => ask(api.GET('/api/session', {})),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Who is signed in. Only for pages behind the sign-in, where somebody always is. */
export function useUser(): User {
  const { data } = useSuspenseQuery(sessionQuery)
  if (!data.user) throw new Error('no one is signed in')
  return data.user
}
