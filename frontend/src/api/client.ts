import createClient, { type Middleware } from 'openapi-fetch'
import { ApiError, errorFrom, errorWords } from './errors'
import type { paths } from './schema'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const signedOutListeners = new Set<() => void>()

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
}

/** Calls `listener` whenever a reply says that nobody is signed in any more; gives back how to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}

export function tellSignedOut(): void {
  for (const listener of signedOutListeners) listener()
}

const session: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set('X-CSRFToken', csrfToken())
    request.headers.set('Accept', 'application/json')
    return request
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.endsWith('/session/sign-in')) tellSignedOut()
    return response
  },
}

/** The typed client: every path and body is checked against the server's own schema. */
export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  // Looked up at each call, so that whatever stands in for fetch later is used.
  fetch: (request) => fetch(request),
})
api.use(session)

interface Reply<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a reply, or an ApiError: `ask(api.GET('/api/session'))`. */
export async function ask<T>(call: Promise<Reply<T>>): Promise<T> {
  let reply: Reply<T>
  try {
    reply = await call
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'AbortError') throw problem
    await errorWords()
    throw new ApiError('offline', '', { status: 0 })
  }
  if (!reply.response.ok) {
    await errorWords()
    throw errorFrom(reply.error, reply.response.status)
  }
  return reply.data as T
}
