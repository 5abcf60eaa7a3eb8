import { csrfToken, tellSignedOut } from '@/api/client'
import {
  DeskFailure,
  type DeskReply,
  type DeskRequest,
  type FailureKind,
  type Refusal,
  type Transport,
} from '@/store/desk'

/** Says on whose behalf a request is made: the server refuses it under anybody else's session. */
const OWNER_HEADER = 'X-Fovea-User'

const address = (project: number) => `/api/projects/${project}/desk`

function headers(user: number): HeadersInit {
  return {
    'Content-Type': 'application/json',
    Accept: 'application/json',
    'X-CSRFToken': csrfToken(),
    [OWNER_HEADER]: String(user),
  }
}

function kindOf(status: number, code: string): FailureKind {
  if (status === 401) return 'signed_out'
  if (code === 'other_user') return 'other_user'
  // A token that no longer fits was renewed by a sign-in elsewhere: the next try carries the new one.
  if (status >= 500 || status === 429 || status === 408 || code === 'csrf_failed') return 'server'
  return 'refused'
}

async function failureOf(response: Response): Promise<DeskFailure> {
  const body: unknown = await response.json().catch(() => null)
  const told = (body !== null && typeof body === 'object' ? body : {}) as Partial<Refusal>
  const code = told.code ?? `http_${response.status}`
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const refusal = { code, message: told.message ?? '', data: told.data ?? null }
  return new DeskFailure(kindOf(response.status, code), response.status, refusal, Number.isFinite(wait) ? wait : null)
}

/** The desk route by fetch, every outcome as a reply or a DeskFailure. */
export const transport: Transport = {
  async desk(project: number, user: number, body: DeskRequest): Promise<DeskReply> {
    let response: Response
    try {
      response = await fetch(address(project), {
        method: 'POST',
        headers: headers(user),
        body: JSON.stringify(body),
        credentials: 'same-origin',
      })
    } catch (problem) {
      const message = problem instanceof Error ? problem.message : ''
      throw new DeskFailure('offline', 0, { code: 'offline', message, data: null })
    }
    if (response.ok) return (await response.json()) as DeskReply
    const failure = await failureOf(response)
    if (failure.kind === 'signed_out') tellSignedOut()
    throw failure
  },
}

/** Hands leases back while the page is going away; nobody waits for the reply. */
export function release(project: number, user: number, tasks: number[]): void {
  if (tasks.length === 0) return
  const body: DeskRequest = { votes: [], take: 0, release: tasks }
  fetch(address(project), {
    method: 'POST',
    headers: headers(user),
    body: JSON.stringify(body),
    credentials: 'same-origin',
    keepalive: true,
  }).catch(() => undefined)
}
