import { ApiError } from '@/api/errors'
import { Gate } from './gate'
import type { GivenFile } from './walk'

/** `here`: the server had it before. */
export type FileState = 'waiting' | 'sending' | 'received' | 'refused' | 'failed' | 'here'

export interface Sent {
  readonly path: string
  readonly file: File
  state: FileState
  /** Why it was refused or could not be sent. */
  code: string
  message: string
}

export interface SendResult {
  path: string
  state: 'received' | 'refused'
  code?: string
  message?: string
}

interface Sending {
  signal: AbortSignal
  /** Told how many bytes have left. */
  onProgress: (bytes: number) => void
}

export interface How {
  /** Sends one parcel of files; rejects with an ApiError. */
  send: (files: readonly Sent[], options: Sending) => Promise<SendResult[]>
  /** Sends one large file from where it stopped; `onSafe` is told how much of it the server holds. */
  sendLarge: (file: Sent, options: Sending & { onSafe: (bytes: number) => void }) => Promise<SendResult>
  /** Whether the browser can still read a file. */
  readable?: (file: File) => Promise<boolean>
  timer?: (run: () => void, ms: number) => unknown
}

export const MOST_FILES = 20
/** A parcel that is lost is sent anew, so it is small; what is larger goes in parts. */
export const MOST_BYTES = 8 * 2 ** 20
const IN_FLIGHT = 3
const TRIES = 5
// Refusals of the whole delivery, not of what was sent.
const OVER = new Set(['batch_closed', 'not_found', 'forbidden'])

/**
 * Sends any number of files in small parcels, three at a time, waits while the line is down, and goes on by itself.
 * A parcel that the server refuses as a whole is halved until the culprit stands alone; one that is lost is halved,
 * too, so that a bad line carries less at a time. `subscribe` and `version` are for useSyncExternalStore.
 */
export class Uploads {
  readonly files: Sent[]
  readonly totalBytes: number
  version = 0
  finished = false
  /** Why nothing more of it can be sent. */
  over: ApiError | null = null
  private sentBytes = 0
  private readonly flying = new Map<readonly Sent[], number>()
  /** What the server holds of large files that are not complete. */
  private readonly safe = new Map<Sent, number>()
  private readonly gate: Gate
  private readonly stopper = new AbortController()
  private readonly listeners = new Set<() => void>()
  private told = false

  constructor(
    given: readonly GivenFile[],
    private readonly how: How,
    missing?: ReadonlySet<number>,
  ) {
    this.files = given.map(({ path, file }, at) => {
      const state = !missing || missing.has(at) ? 'waiting' : 'here'
      return { path, file, state, code: '', message: '' }
    })
    this.totalBytes = sizeOf(this.files)
    this.sentBytes = sizeOf(this.files.filter(({ state }) => state === 'here'))
    this.gate = new Gate(() => this.tell(), how.timer)
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

  /** Why nothing is sent at the moment and when the next try is; null while the line is good. */
  get waiting(): { problem: ApiError; until: number } | null {
    return this.gate.shut
  }

  count(state: FileState): number {
    return this.files.reduce((sum, file) => sum + (file.state === state ? 1 : 0), 0)
  }

  stop(): void {
    this.stopper.abort()
    this.gate.tryNow()
  }

  /** Does not wait any longer for the line. */
  tryNow = (): void => this.gate.tryNow()

  get stopped(): boolean {
    return this.stopper.signal.aborted
  }

  /** Sends what is waiting or has failed; resolves when nothing is left to try, or after `stop`. */
  async run(): Promise<void> {
    this.finished = false
    for (const file of this.files) if (file.state === 'failed') file.state = 'waiting'
    const parcels = parcelled(this.files.filter((file) => file.state === 'waiting'))
    let next = 0
    const lane = async () => {
      for (let parcel = parcels[next++]; parcel && !this.stopped; parcel = parcels[next++]) await this.deliver(parcel)
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    this.finished = true
    this.tell()
  }

  private async deliver(parcel: Sent[]): Promise<void> {
    this.mark(parcel, 'sending')
    for (let attempt = 1; ; attempt += 1) {
      await this.gate.pass()
      try {
        if (this.stopped) throw new DOMException('stopped', 'AbortError')
        const results = await this.sent(parcel)
        this.gate.through()
        this.settle(parcel, results)
        return
      } catch (problem) {
        this.land(parcel)
        if (!(problem instanceof ApiError) || this.stopped || OVER.has(problem.code)) {
          this.giveUp(parcel, problem)
          return
        }
        const hopeless = !isOfTheLine(problem) && attempt >= TRIES
        if (!passes(problem) || hopeless) {
          await this.refuse(parcel, problem, hopeless ? 'failed' : 'refused')
          return
        }
        if (problem.status === 0 && (await this.lost(parcel))) return
        this.gate.hold(problem)
        if (parcel.length > 1) {
          await this.halves(parcel)
          return
        }
      }
    }
  }

  private async sent(parcel: Sent[]): Promise<SendResult[]> {
    const [first] = parcel
    const onProgress = (bytes: number) => {
      this.flying.set(parcel, bytes)
      this.tell()
    }
    const options = { signal: this.stopper.signal, onProgress }
    if (first && isLarge(first)) {
      const onSafe = (bytes: number) => {
        this.safe.set(first, bytes)
        this.gate.through()
      }
      return [await this.how.sendLarge(first, { ...options, onSafe })]
    }
    return this.how.send(parcel, options)
  }

  /** Whether a parcel did not arrive because files of it cannot be read any more: moved, changed, or on a stick. */
  private async lost(parcel: Sent[]): Promise<boolean> {
    const { readable = canBeRead } = this.how
    const good = await Promise.all(parcel.map(({ file }) => readable(file)))
    if (good.every(Boolean)) return false
    this.settle(
      parcel.filter((_, at) => !good[at]),
      [],
      'unreadable_file',
    )
    const rest = parcel.filter((_, at) => good[at])
    if (rest.length > 0) await this.deliver(rest)
    return true
  }

  private giveUp(parcel: Sent[], problem: unknown): void {
    if (problem instanceof ApiError && OVER.has(problem.code)) {
      this.over = problem
      this.stop()
    }
    this.mark(parcel, this.stopped ? 'waiting' : 'failed')
  }

  private async refuse(parcel: Sent[], { code, message }: ApiError, state: 'refused' | 'failed'): Promise<void> {
    const [only] = parcel
    if (parcel.length > 1) await this.halves(parcel)
    else if (only && state === 'refused') this.settle(parcel, [{ path: only.path, state, code, message }])
    else this.settle(parcel, [], code)
  }

  private async halves(parcel: Sent[]): Promise<void> {
    const half = Math.ceil(parcel.length / 2)
    await this.deliver(parcel.slice(0, half))
    await this.deliver(parcel.slice(half))
  }

  /** A parcel that was lost counts as far as the server holds it. */
  private land(parcel: Sent[]): void {
    const held = parcel.reduce((sum, file) => sum + (this.safe.get(file) ?? 0), 0)
    this.flying.set(parcel, held)
    if (held === 0) this.flying.delete(parcel)
  }

  private settle(parcel: Sent[], results: SendResult[], without = ''): void {
    this.flying.delete(parcel)
    parcel.forEach((file, at) => {
      const result = results[at]
      file.state = result?.state ?? 'failed'
      file.code = result?.code ?? without
      file.message = result?.message ?? ''
      if (file.state !== 'failed') this.sentBytes += file.file.size
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

/** Parcels of at most twenty files and about 8 MB; a larger file travels alone. */
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

export function isLarge({ file }: { file: File }): boolean {
  return file.size > MOST_BYTES
}

/** The line, or what is between: a lost connection, a session that ended, a server that starts again or has no room. */
function isOfTheLine({ status }: ApiError): boolean {
  return [0, 401, 429, 502, 503, 504, 507].includes(status)
}

/** Whether waiting may help. */
function passes(problem: ApiError): boolean {
  return isOfTheLine(problem) || problem.status >= 500
}

function sizeOf(files: readonly Sent[]): number {
  return files.reduce((sum, { file }) => sum + file.size, 0)
}

/** Browsers give a file that is gone the same error as a line that is down; only reading it tells. */
async function canBeRead(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}
