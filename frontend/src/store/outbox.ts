/** One person's votes on this device: handed over before the next picture, kept until the server has answered for each. */
import type { Refusal, VoteMessage, VoteResult } from './desk'
import { Emitter } from './emitter'
import { DatabaseShelf, type KeptVote, MemoryShelf, openShelfDatabase, type Shelf, type VoteCounts } from './shelf'

export type NewVote = Omit<KeptVote, 'seq' | 'user' | 'state' | 'refusal'>

const NOTHING: VoteCounts = { waiting: 0, refused: 0 }

/** What other tabs of the same person are told. */
type Note = { user: number; task?: number }

function channel(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('fovea-outbox')
}

export class Outbox extends Emitter {
  counts: VoteCounts = NOTHING
  private shelf: Shelf
  private notes = channel()
  private answered = new Set<(task: number) => void>()

  constructor(
    readonly user: number,
    shelf: Shelf,
  ) {
    super()
    this.shelf = shelf
    if (this.notes) {
      this.notes.onmessage = (event: MessageEvent<Note>) => {
        if (event.data.user !== this.user) return
        if (event.data.task !== undefined) for (const tell of this.answered) tell(event.data.task)
        void this.recount()
      }
    }
  }

  /** False when this device keeps nothing: a closed tab would end what waits. */
  get kept(): boolean {
    return this.shelf.kept
  }

  /**
   * Hands the vote to the device before it returns, and resolves once it is safe there and `heard` has resolved too:
   * only then is it counted and sent. Falls back to memory when the device refuses to write.
   */
  async add(vote: NewVote, heard?: Promise<void>): Promise<void> {
    const kept: KeptVote = { ...vote, user: this.user, state: 'waiting', refusal: null }
    await this.write(kept)
    await heard
    this.counts = { ...this.counts, waiting: this.counts.waiting + 1 }
    this.tell({ user: this.user, task: vote.task })
  }

  waiting(limit?: number): Promise<KeptVote[]> {
    return this.shelf.list(this.user, 'waiting', limit)
  }

  refused(): Promise<KeptVote[]> {
    return this.shelf.list(this.user, 'refused')
  }

  /** As the server wants it; what it would supersede is left out when that vote was itself refused. */
  async message(vote: KeptVote): Promise<VoteMessage> {
    const earlier = vote.supersedes ? await this.shelf.find(vote.supersedes) : undefined
    const supersedes = vote.supersedes && earlier?.state !== 'refused' ? vote.supersedes : null
    return {
      key: vote.key,
      task: vote.task,
      asking: vote.asking,
      answer: vote.payload,
      started: vote.started,
      took_ms: vote.took_ms,
      ...(vote.lease === null ? {} : { lease: vote.lease }),
      ...(supersedes ? { supersedes } : {}),
      ...(vote.shown === null ? {} : { shown_proposal: vote.shown }),
    }
  }

  /** Takes out what the server has and marks what it refused; returns how many votes were answered for. */
  async settle(sent: KeptVote[], results: VoteResult[]): Promise<number> {
    const byKey = new Map(sent.map((vote) => [vote.key, vote]))
    const done: KeptVote[] = []
    let answered = 0
    for (const result of results) {
      const vote = byKey.get(result.key)
      if (!vote) continue
      answered += 1
      if (result.status === 'refused') await this.refuse([vote], refusalOf(result), false)
      else done.push(vote)
    }
    if (done.length > 0) await this.shelf.remove([...done.map((vote) => vote.key), ...(await this.mended(done))])
    await this.changed()
    return answered
  }

  async refuse(votes: KeptVote[], refusal: Refusal, tell = true): Promise<void> {
    for (const vote of votes) await this.shelf.put({ ...vote, state: 'refused', refusal })
    if (tell) await this.changed()
  }

  /** Puts a refused vote back in line, as it was. */
  async retry(key: string): Promise<void> {
    const vote = await this.shelf.find(key)
    if (vote?.user === this.user) await this.shelf.put({ ...vote, state: 'waiting', refusal: null })
    await this.changed()
  }

  /** Drops a refused vote at its owner's word. */
  async discard(key: string): Promise<void> {
    const vote = await this.shelf.find(key)
    if (vote?.user === this.user && vote.state === 'refused') await this.shelf.remove([key])
    await this.changed()
  }

  async recount(): Promise<void> {
    this.counts = await this.shelf.counts(this.user)
    this.emit()
  }

  /** Hears of tasks that this person answered in another tab. */
  onAnsweredElsewhere(listener: (task: number) => void): () => void {
    this.answered.add(listener)
    return () => {
      this.answered.delete(listener)
    }
  }

  close(): void {
    this.notes?.close()
    this.notes = null
  }

  private async write(vote: KeptVote): Promise<void> {
    try {
      await this.shelf.put(vote)
    } catch (error) {
      if (!this.shelf.kept) throw error
      this.shelf = await inMemory(this.shelf, this.user)
      await this.shelf.put(vote)
    }
  }

  /** Keys of refused votes whose task has since got an answer that the server took. */
  private async mended(done: KeptVote[]): Promise<string[]> {
    if (this.counts.refused === 0) return []
    const taken = new Map(done.map((vote) => [`${vote.project}:${vote.task}`, vote.seq ?? 0]))
    const refused = await this.refused()
    return refused
      .filter((vote) => (vote.seq ?? 0) < (taken.get(`${vote.project}:${vote.task}`) ?? 0))
      .map((vote) => vote.key)
  }

  private async changed(): Promise<void> {
    await this.recount()
    this.tell({ user: this.user })
  }

  private tell(note: Note): void {
    this.notes?.postMessage(note)
    this.emit()
  }
}

function refusalOf(result: VoteResult): Refusal {
  return { code: result.code ?? 'refused', message: result.message ?? '', data: result.data ?? null }
}

/** What could still be read moves to memory; the rest stays on the device for a later visit. */
async function inMemory(from: Shelf, user: number): Promise<Shelf> {
  const memory = new MemoryShelf()
  for (const state of ['waiting', 'refused'] as const) {
    const votes = await from.list(user, state).catch(() => [])
    for (const vote of votes) await memory.put(vote)
  }
  return memory
}

/** How many votes of this person wait on this device, refused ones too. */
export async function pendingVotes(user: number): Promise<number> {
  if (typeof indexedDB === 'undefined') return 0
  const db = await openShelfDatabase()
  try {
    const counts = await new DatabaseShelf(db).counts(user)
    return counts.waiting + counts.refused
  } finally {
    db.close()
  }
}
