import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { ApiToken, NewApiToken, Page } from './types'

const EVERY = { limit: 200 }

/** The API tokens of an account; one's own where none is named. */
export const tokensQuery = (account?: number) =>
  queryOptions({
    queryKey: ['tokens', account ?? 'mine'],
    queryFn: (): Promise<Page<ApiToken>> =>
      account === undefined
        ? ask(api.GET('/api/tokens', { params: { query: EVERY } }))
        : ask(api.GET('/api/accounts/{id}/tokens', { params: { path: { id: account }, query: EVERY } })),
  })

export function makeToken(body: NewApiToken): Promise<ApiToken> {
  return ask(api.POST('/api/tokens', { body }))
}

export async function revokeToken(tid: number, account?: number): Promise<void> {
  await (account === undefined
    ? ask(api.DELETE('/api/tokens/{id}', { params: { path: { id: tid } } }))
    : ask(api.DELETE('/api/accounts/{id}/tokens/{tid}', { params: { path: { id: account, tid } } })))
}
