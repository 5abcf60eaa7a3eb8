import { csrfToken, tellSignedOut } from './client'
import { ApiError, errorFrom, errorWords } from './errors'

type Part = Blob | string | { blob: Blob; name: string }

interface Options {
  signal?: AbortSignal
  /** Told how many bytes of the whole body have left. */
  onProgress?: (sent: number) => void
}

/** So long nothing may move before a line counts as dead: browsers themselves wait for many minutes. */
const SILENCE_MS = 90_000

/** Sends a multipart form and gives back the reply's JSON; refusals become ApiError, as everywhere. */
export function sendForm<T>(url: string, parts: Record<string, Part | Part[]>, options: Options = {}): Promise<T> {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) {
    for (const part of Array.isArray(value) ? value : [value]) append(form, name, part)
  }
  return send<T>('POST', url, form, options)
}

/** Sends the bytes of a file from `offset` on, as uploads that can be resumed want them. */
export function sendPart<T>(url: string, bytes: Blob, offset: number, options: Options = {}): Promise<T> {
  const headers = { 'Upload-Offset': `${offset}`, 'Content-Type': 'application/offset+octet-stream' }
  return send<T>('PATCH', url, bytes, { ...options, headers })
}

function send<T>(
  method: string,
  url: string,
  body: FormData | Blob,
  { signal, onProgress, headers = {} }: Options & { headers?: Record<string, string> },
): Promise<T> {
  // XMLHttpRequest, because fetch does not tell how much of a body has been sent.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    const refuse = (problem: ApiError) => void errorWords().then(() => reject(problem))
    const gone = () => refuse(new ApiError('offline', ''))
    let silent: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(silent)
      silent = setTimeout(stop, SILENCE_MS)
    }
    request.open(method, url)
    request.responseType = 'json'
    request.setRequestHeader('X-CSRFToken', csrfToken())
    request.setRequestHeader('Accept', 'application/json')
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => {
      heard()
      onProgress?.(event.loaded)
    }
    request.onerror = gone
    request.onabort = () => (signal?.aborted ? reject(new DOMException('stopped', 'AbortError')) : gone())
    request.onload = () => {
      if (request.status === 401) tellSignedOut()
      if (request.status >= 200 && request.status < 300) resolve(request.response as T)
      else refuse(errorFrom(request.response, request.status))
    }
    request.onloadend = () => {
      clearTimeout(silent)
      signal?.removeEventListener('abort', stop)
    }
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) {
      reject(new DOMException('stopped', 'AbortError'))
      return
    }
    heard()
    request.send(body)
  })
}

function append(form: FormData, name: string, part: Part): void {
  if (typeof part === 'string') form.append(name, part)
  else if (part instanceof Blob) form.append(name, part)
  else form.append(name, part.blob, part.name)
}
