import { ApiError } from '@/api/errors'
import type { GivenFile } from './walk'

export type FileState = 'waiting' | 'sending' | 'received' | 'refused' | 'failed'

export interface Sent {
  readonly path: string
  readonly file: File
  state: FileState
  /** Why it was refused. */
  code: string
  message: string
}

export interface SendResult {
  path: string
  state: 'received' | 'refused'
  code?: string
  message?: string
}

interface How {
  /** Sends one parcel of files; rejects with an ApiError. */
  send: (
    files: readonly Sent[],
    options: { signal: AbortSignal; onProgress: (bytes: number) => void },
  ) => Promise<SendResult[]>
  /** Waits some milliseconds; to be replaced where nothing should wait. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

export const MOST_FILES = 20
export const MOST_BYTES = 16 * 2 ** 20
const IN_FLIGHT = 3
const TRIES = 8
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 20_000

/**
 * Sends any number of files in small parcels, three at a time, and goes on after a lost connection.
 * A parcel that the server refuses as a whole is halved until the culprit stands alone.
 * `subscribe` and `version` are for useSyncExternalStore; `files` keeps its order.
 */
export class Uploads {
  readonly files: Sent[]
  readonly totalBytes: number
  version = 0
  finished = false
  private sentBytes = 0
  private readonly flying = new Map<readonly Sent[], number>()
  private readonly how: Required<How>
  private readonly stopper = new AbortController()
  private readonly listeners = new Set<() => void>()
  private told = false

  constructor(given: readonly GivenFile[], how: How) {
    this.files = given.map(({ path, file }) => ({ path, file, state: 'waiting', code: '', message: '' }))
    this.totalBytes = given.reduce((sum, { file }) => sum + file.size, 0)
    this.how = { pause: pauseFor, ...how }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  get bytesSent(): number {
    let flying = 0
    for (const [files, bytes] of this.flying) flying += Math.min(bytes, sizeOf(files))
    return this.sentBytes + flying
  }

  count(state: FileState): number {
    return this.files.reduce((sum, file) => sum + (file.state === state ? 1 : 0), 0)
  }

  stop(): void {
    this.stopper.abort()
  }

  get stopped(): boolean {
    return this.stopper.signal.aborted
  }

  /** Sends what is waiting or has failed; resolves when nothing is left to try, or after `stop`. */
  async run(): Promise<void> {
    this.finished = false
    for (const file of this.files) if (file.state === 'failed') file.state = 'waiting'
    const parcels = parcelled(this.files.filter((file) => file.state === 'waiting'))
    const lane = async () => {
      for (let parcel = parcels.shift(); parcel && !this.stopped; parcel = parcels.shift()) await this.deliver(parcel)
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    this.finished = true
    this.tell()
  }

  private async deliver(parcel: Sent[]): Promise<void> {
    this.mark(parcel, 'sending')
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.flying.set(parcel, 0)
        const results = await this.how.send(parcel, {
          signal: this.stopper.signal,
          onProgress: (bytes) => {
            this.flying.set(parcel, bytes)
            this.tell()
          },
        })
        this.settle(parcel, results)
        return
      } catch (problem) {
        this.flying.delete(parcel)
        if (this.stopped || !(problem instanceof ApiError)) {
          this.mark(parcel, this.stopped ? 'waiting' : 'failed')
          return
        }
        if (!passes(problem)) {
          await this.refuse(parcel, problem)
          return
        }
        if (attempt >= TRIES) {
          this.mark(parcel, 'failed')
          return
        }
        await this.how.pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)), this.stopper.signal)
      }
    }
  }

  private async refuse(parcel: Sent[], problem: ApiError): Promise<void> {
    const [only] = parcel
    if (parcel.length === 1 && only) {
      this.settle(parcel, [{ path: only.path, state: 'refused', code: problem.code, message: problem.message }])
      return
    }
    const half = Math.ceil(parcel.length / 2)
    await this.deliver(parcel.slice(0, half))
    await this.deliver(parcel.slice(half))
  }

  private settle(parcel: Sent[], results: SendResult[]): void {
    this.flying.delete(parcel)
    this.sentBytes += sizeOf(parcel)
    parcel.forEach((file, at) => {
      const result = results[at]
      file.state = result?.state ?? 'failed'
      file.code = result?.code ?? ''
      file.message = result?.message ?? ''
    })
    this.tell()
  }

  private mark(files: readonly Sent[], state: FileState): void {
    for (const file of files) file.state = state
    this.tell()
  }

  /** Listeners hear of many changes at once: a page that draws each of ten thousand would stand still. */
  private tell(): void {
    if (this.told) return
    this.told = true
    setTimeout(() => {
      this.told = false
      this.version += 1
      for (const listener of this.listeners) listener()
    }, 60)
  }
}

/** Parcels of at most twenty files and about 16 MB; a larger file travels alone. */
export function parcelled(files: readonly Sent[]): Sent[][] {
  const parcels: Sent[][] = []
  let parcel: Sent[] = []
  let bytes = 0
  for (const file of files) {
    if (parcel.length > 0 && (parcel.length >= MOST_FILES || bytes + file.file.size > MOST_BYTES)) {
      parcels.push(parcel)
      parcel = []
      bytes = 0
    }
    parcel.push(file)
    bytes += file.file.size
  }
  if (parcel.length > 0) parcels.push(parcel)
  return parcels
}

/** Whether waiting may help: a lost connection, a busy or restarting server, a session that has just ended. */
function passes(problem: ApiError): boolean {
  return problem.status === 0 || problem.status === 401 || problem.status === 429 || problem.status >= 500
}

function sizeOf(files: readonly Sent[]): number {
  return files.reduce((sum, { file }) => sum + file.size, 0)
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
