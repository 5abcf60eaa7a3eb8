import { csrfToken, tellSignedOut } from './client'
import { ApiError, errorFrom, errorWords } from './errors'

type Part = Blob | string | { blob: Blob; name: string }

interface Options {
  signal?: AbortSignal
  /** Told how many bytes of the whole body have left. */
  onProgress?: (sent: number) => void
}

/** Sends a multipart form and gives back the reply's JSON; refusals become ApiError, as everywhere. */
export function sendForm<T>(
  url: string,
  parts: Record<string, Part | Part[]>,
  { signal, onProgress }: Options = {},
): Promise<T> {
  const form = new FormData()
  for (const [name, value] of Object.entries(parts)) {
    for (const part of Array.isArray(value) ? value : [value]) append(form, name, part)
  }
  // XMLHttpRequest, because fetch does not tell how much of a body has been sent.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    const refuse = (problem: ApiError) => void errorWords().then(() => reject(problem))
    const gone = () => refuse(new ApiError('offline', ''))
    request.open('POST', url)
    request.responseType = 'json'
    request.setRequestHeader('X-CSRFToken', csrfToken())
    request.setRequestHeader('Accept', 'application/json')
    request.upload.onprogress = (event) => onProgress?.(event.loaded)
    request.onerror = gone
    request.ontimeout = gone
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
    request.onload = () => {
      if (request.status === 401) tellSignedOut()
      if (request.status >= 200 && request.status < 300) resolve(request.response as T)
      else refuse(errorFrom(request.response, request.status))
    }
    request.onloadend = () => signal?.removeEventListener('abort', stop)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()
    else request.send(form)
  })
}

function append(form: FormData, name: string, part: Part): void {
  if (typeof part === 'string') form.append(name, part)
  else if (part instanceof Blob) form.append(name, part)
  else form.append(name, part.blob, part.name)
}
