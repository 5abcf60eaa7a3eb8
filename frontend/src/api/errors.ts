import i18next from 'i18next'

/** What every refusal looks like, whoever sent it. `status` 0 means that no reply came. */
export class ApiError extends Error {
  readonly code: string
  readonly data: Record<string, unknown>
  readonly status: number

  constructor(code: string, message: string, { data = {}, status = 0 }: { data?: unknown; status?: number } = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.data = data !== null && typeof data === 'object' ? (data as Record<string, unknown>) : {}
    this.status = status
  }
}

/** An ApiError from a reply's body; a body that is not ours (a proxy's page) still gives a usable one. */
export function errorFrom(body: unknown, status: number): ApiError {
  if (body !== null && typeof body === 'object' && 'code' in body && typeof body.code === 'string') {
    const message = 'message' in body && typeof body.message === 'string' ? body.message : ''
    return new ApiError(body.code, message, { data: 'data' in body ? body.data : {}, status })
  }
  return new ApiError(status >= 500 ? 'server_error' : `http_${status}`, '', { status })
}

/** Waits for the words of refusals, which are fetched after the first page; without them the server's own are shown. */
export async function errorWords(): Promise<void> {
  if (i18next.isInitialized) await i18next.loadNamespaces('errors').catch(() => undefined)
}

/** A refusal in the reader's language: by its code, else in the server's own words, else by its status. */
export function errorText(problem: unknown): string {
  if (!(problem instanceof ApiError)) return i18next.t('errors:unexpected')
  const known = `errors:${problem.code}`
  if (i18next.exists(known))
    return i18next.t(known as 'errors:unexpected', { ...problem.data, message: problem.message })
  if (problem.message) return problem.message
  return i18next.t(problem.status === 404 ? 'errors:not_found' : 'errors:unexpected')
}

/** The refusal of a single field, if the reply named fields. */
export function fieldErrors(problem: unknown): Record<string, string> {
  if (!(problem instanceof ApiError)) return {}
  const fields = problem.data.fields
  if (fields === null || typeof fields !== 'object') return {}
  return Object.fromEntries(
    Object.entries(fields as Record<string, unknown>).map(([name, said]) => [
      name,
      Array.isArray(said) ? said.join(' ') : String(said),
    ]),
  )
}
