/**
 * The pictures that come next: leased tasks in order, their bytes fetched and the first few decoded ahead, so that
 * showing the next one is only a draw. Knows no DOM: fetching and decoding are given.
 */
import type { DeskPicture, DeskTask } from './desk'
import { Emitter } from './emitter'

/** The server does not have this picture or does not give it to this person: asking again is of no use. */
export class NoSuchPicture extends Error {}

export interface PictureSource<Bytes, Picture> {
  /** Rejects with NoSuchPicture where asking again is of no use. */
  fetch(url: string): Promise<Bytes>
  decode(bytes: Bytes, image: DeskPicture): Promise<Picture>
  /** Memory that the decoded picture holds, in bytes. */
  size(picture: Picture): number
  close(picture: Picture): void
}

export interface PoolLimits {
  decoded: number
  fetched: number
  refill: number
  take: number
  memory: number
  /** Earlier pictures whose bytes are kept for undo. */
  kept: number
  /** After this long an unshown task is handed back: its lease is about to lapse. */
  freshMs: number
  /** First and longest wait before a picture that did not come is asked for again. */
  againMs: number
  againCapMs: number
}

export const LIMITS: PoolLimits = {
  decoded: 4,
  fetched: 8,
  refill: 6,
  take: 12,
  memory: 200 * 1024 * 1024,
  kept: 50,
  freshMs: 9 * 60 * 1000,
  againMs: 1000,
  againCapMs: 15_000,
}

export type SlotState = 'loading' | 'ready' | 'failed'

interface Slot<Bytes, Picture> {
  bytes: Bytes | null
  picture: Picture | null
  state: SlotState
  fetching: boolean
  /** How often in a row it did not come. */
  misses: number
  /** Memory that the decoding under way is expected to take; zero when none is. */
  decoding: number
}

interface Queued {
  task: DeskTask
  since: number
}

export class Pool<Bytes, Picture> extends Emitter {
  private queue: Queued[] = []
  private earlier: DeskTask[] = []
  private slots = new Map<number, Slot<Bytes, Picture>>()
  private toReturn = new Set<number>()
  private shut = false
  private readonly limits: PoolLimits

  constructor(
    private readonly source: PictureSource<Bytes, Picture>,
    limits: Partial<PoolLimits> = {},
    private readonly now: () => number = Date.now,
    private readonly later: (run: () => void, ms: number) => void = (run, ms) => void setTimeout(run, ms),
  ) {
    super()
    this.limits = { ...LIMITS, ...limits }
  }

  get current(): DeskTask | null {
    return this.queue[0]?.task ?? null
  }

  /** What will be current when the current one is answered. */
  get following(): DeskTask | null {
    return this.queue[1]?.task ?? null
  }

  get length(): number {
    return this.queue.length
  }

  /** How many tasks to ask the server for now. */
  wants(): number {
    return this.queue.length <= this.limits.refill ? this.limits.take : 0
  }

  /** Adds leased tasks behind the queue; those already here or answered are passed over. */
  offer(tasks: DeskTask[], answered: ReadonlySet<string>): void {
    const here = new Set(this.queue.map((entry) => entry.task.id))
    for (const task of tasks) {
      if (here.has(task.id) || answered.has(turnOf(task))) continue
      here.add(task.id)
      this.toReturn.delete(task.id)
      this.queue.push({ task, since: this.now() })
    }
    this.refresh()
    this.emit()
  }

  /** Leaves the current task behind; its picture stays at hand for undo. */
  advance(): void {
    const left = this.queue.shift()
    if (!left) return
    this.earlier.push(left.task)
    // What failed ahead of its turn gets one more try now that somebody waits for it.
    if (this.current) this.want(this.current)
    this.refresh()
  }

  /** Drops a task that needs no answer from here any more. */
  drop(taskId: number): void {
    const before = this.queue.length
    this.queue = this.queue.filter((entry) => entry.task.id !== taskId)
    if (this.queue.length === before) return
    this.refresh()
    this.emit()
  }

  /** Hands back tasks, but the one on the screen, whose lease is about to end. */
  dropStale(): void {
    const oldest = this.now() - this.limits.freshMs
    const stale = this.queue.filter((entry, place) => place > 0 && entry.since < oldest)
    if (stale.length === 0) return
    for (const entry of stale) this.toReturn.add(entry.task.id)
    this.queue = this.queue.filter((entry) => !stale.includes(entry))
    this.refresh()
    this.emit()
  }

  /** Task ids to hand back with the next request. */
  returns(): number[] {
    const ids = [...this.toReturn]
    this.toReturn.clear()
    return ids
  }

  putBackReturns(ids: number[]): void {
    for (const id of ids) this.toReturn.add(id)
  }

  /** Every leased task that was not answered: what leaving the page gives back. */
  unanswered(): number[] {
    return [...this.queue.map((entry) => entry.task.id), ...this.toReturn]
  }

  state(task: DeskTask): SlotState {
    return this.slots.get(task.image.id)?.state ?? 'loading'
  }

  picture(task: DeskTask): Picture | null {
    return this.slots.get(task.image.id)?.picture ?? null
  }

  /** Has the picture fetched and decoded if it is not; for one brought back by undo, or after a failure. */
  want(task: DeskTask): void {
    const slot = this.slot(task)
    if (slot.state === 'failed') slot.state = 'loading'
    this.load(task, true)
  }

  /** Tries again what could not be had, as when the connection or the session is back. */
  retryFailed(): void {
    for (const slot of this.slots.values()) if (slot.state === 'failed') slot.state = 'loading'
    this.refresh()
  }

  /** Decodes again from the kept bytes, as when the stage has grown. */
  redecode(): void {
    for (const slot of this.slots.values()) {
      if (slot.picture !== null && slot.bytes !== null) this.empty(slot)
    }
    this.refresh()
    this.emit()
  }

  shutDown(): void {
    this.shut = true
    for (const slot of this.slots.values()) this.empty(slot)
    this.slots.clear()
    this.queue = []
  }

  private slot(task: DeskTask): Slot<Bytes, Picture> {
    const known = this.slots.get(task.image.id)
    if (known) return known
    const made: Slot<Bytes, Picture> = {
      bytes: null,
      picture: null,
      state: 'loading',
      fetching: false,
      misses: 0,
      decoding: 0,
    }
    this.slots.set(task.image.id, made)
    return made
  }

  /** Starts what should be ahead, and lets go of what is too far behind. */
  private refresh(): void {
    this.forget()
    this.queue.slice(0, this.limits.fetched).forEach(({ task }, place) => {
      this.load(task, this.near(place))
    })
  }

  private forget(): void {
    while (this.earlier.length > this.limits.kept) this.earlier.shift()
    const near = new Set(this.queue.slice(0, this.limits.decoded).map((entry) => entry.task.image.id))
    for (const task of this.earlier.slice(-2)) near.add(task.image.id)
    const kept = new Set([...this.queue.map((entry) => entry.task.image.id), ...this.earlier.map((t) => t.image.id)])
    for (const [id, slot] of this.slots) {
      if (!near.has(id)) this.empty(slot)
      if (!kept.has(id)) this.slots.delete(id)
    }
  }

  private empty(slot: Slot<Bytes, Picture>): void {
    if (slot.picture === null) return
    this.source.close(slot.picture)
    slot.picture = null
    slot.state = 'loading'
  }

  /** Whether the picture at this place of the queue should be decoded now. */
  private near(place: number): boolean {
    return place < this.limits.decoded && (place === 0 || this.held() < this.limits.memory)
  }

  private held(): number {
    let bytes = 0
    for (const slot of this.slots.values()) {
      bytes += slot.picture === null ? slot.decoding : this.source.size(slot.picture)
    }
    return bytes
  }

  private load(task: DeskTask, decode: boolean): void {
    const slot = this.slot(task)
    if (slot.state === 'failed' || slot.fetching || slot.decoding > 0) return
    if (slot.bytes === null) void this.fetch(task, slot)
    else if (decode && slot.picture === null) void this.decode(task, slot, slot.bytes)
  }

  private async fetch(task: DeskTask, slot: Slot<Bytes, Picture>): Promise<void> {
    slot.fetching = true
    try {
      slot.bytes = await this.source.fetch(task.image.display)
      slot.state = 'loading'
      slot.misses = 0
    } catch (error) {
      slot.state = 'failed'
      if (!(error instanceof NoSuchPicture)) this.fetchAgain(task, slot)
    }
    slot.fetching = false
    this.loaded(task, slot)
  }

  /** A server or network that is away for a moment is no fault of the picture: it is asked for until it comes. */
  private fetchAgain(task: DeskTask, slot: Slot<Bytes, Picture>): void {
    const wait = Math.min(this.limits.againCapMs, this.limits.againMs * 2 ** slot.misses)
    slot.misses += 1
    this.later(() => {
      const needed = !this.shut && this.slots.get(task.image.id) === slot
      if (needed && slot.state === 'failed' && !slot.fetching) void this.fetch(task, slot)
    }, wait)
  }

  private async decode(task: DeskTask, slot: Slot<Bytes, Picture>, bytes: Bytes): Promise<void> {
    slot.decoding = task.image.width * task.image.height * 4
    try {
      const picture = await this.source.decode(bytes, task.image)
      if (this.shut || this.slots.get(task.image.id) !== slot) this.source.close(picture)
      else {
        slot.picture = picture
        slot.state = 'ready'
      }
    } catch {
      slot.state = 'failed'
    }
    slot.decoding = 0
    this.loaded(task, slot)
  }

  /** A picture that came goes on to be decoded if its place asks for it. */
  private loaded(task: DeskTask, slot: Slot<Bytes, Picture>): void {
    if (this.shut || this.slots.get(task.image.id) !== slot) return
    const place = this.queue.findIndex((entry) => entry.task.image.id === task.image.id)
    const revisited = place === -1
    if (slot.bytes !== null && slot.picture === null && slot.state !== 'failed') {
      if (revisited || this.near(place)) {
        void this.decode(task, slot, slot.bytes)
        return
      }
    }
    this.emit()
  }
}

/** A task is asked anew under another number: an answer to the earlier asking does not count for it. */
export function turnOf(task: { id: number; asking: number }): string {
  return `${task.id}:${task.asking}`
}
