/** Where votes lie until the server has them: IndexedDB, or memory where the browser keeps nothing. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Answer, DeskTask, Refusal } from './desk'

export type VoteState = 'waiting' | 'refused'

export interface KeptVote {
  /** Order of writing on this device; given by the shelf. */
  seq?: number
  key: string
  user: number
  project: number
  task: number
  lease: number | string | null
  asking: number
  payload: Answer
  /** The proposal that was on the screen, if any. */
  shown: number | null
  supersedes: string | null
  started: string
  took_ms: number
  /** The task as it was given, so that a refused vote can be looked at and given anew. */
  about: DeskTask
  state: VoteState
  refusal: Refusal | null
}

export interface VoteCounts {
  waiting: number
  refused: number
}

export interface Shelf {
  /** False when votes lie in memory only and end with the tab. */
  readonly kept: boolean
  /** Resolves once the vote is committed. */
  put(vote: KeptVote): Promise<void>
  list(user: number, state: VoteState, limit?: number): Promise<KeptVote[]>
  find(key: string): Promise<KeptVote | undefined>
  remove(keys: string[]): Promise<void>
  counts(user: number): Promise<VoteCounts>
}

interface LeaseRow {
  name: string
  owner: string
  until: number
}

export interface ShelfSchema extends DBSchema {
  votes: {
    key: number
    value: KeptVote
    indexes: { by_key: string; by_state: [number, VoteState, number] }
  }
  leases: { key: string; value: LeaseRow }
}

export type ShelfDatabase = IDBPDatabase<ShelfSchema>

export const SHELF_NAME = 'fovea-outbox'

export function openShelfDatabase(name = SHELF_NAME): Promise<ShelfDatabase> {
  return openDB<ShelfSchema>(name, 1, {
    upgrade(db) {
      const votes = db.createObjectStore('votes', { keyPath: 'seq', autoIncrement: true })
      votes.createIndex('by_key', 'key', { unique: true })
      votes.createIndex('by_state', ['user', 'state', 'seq'])
      db.createObjectStore('leases', { keyPath: 'name' })
    },
    blocking(_current, _blocked, event) {
      ;(event.target as IDBDatabase).close()
    },
  })
}

function ofState(user: number, state: VoteState): IDBKeyRange {
  return IDBKeyRange.bound([user, state, 0], [user, state, Number.MAX_SAFE_INTEGER])
}

export class DatabaseShelf implements Shelf {
  readonly kept = true

  constructor(private readonly db: ShelfDatabase) {}

  async put(vote: KeptVote): Promise<void> {
    const write = this.db.transaction('votes', 'readwrite', { durability: 'relaxed' })
    const put = write.store.put(vote)
    // Said now, the browser finishes by itself; it would else ask this page once more, which may be busy or gone.
    write.commit()
    await Promise.all([put, write.done])
  }

  list(user: number, state: VoteState, limit?: number): Promise<KeptVote[]> {
    return this.db.getAllFromIndex('votes', 'by_state', ofState(user, state), limit)
  }

  find(key: string): Promise<KeptVote | undefined> {
    return this.db.getFromIndex('votes', 'by_key', key)
  }

  async remove(keys: string[]): Promise<void> {
    const write = this.db.transaction('votes', 'readwrite', { durability: 'relaxed' })
    const byKey = write.store.index('by_key')
    for (const key of keys) {
      const seq = await byKey.getKey(key)
      if (seq !== undefined) await write.store.delete(seq)
    }
    await write.done
  }

  async counts(user: number): Promise<VoteCounts> {
    const index = this.db.transaction('votes').store.index('by_state')
    const [waiting, refused] = await Promise.all([
      index.count(ofState(user, 'waiting')),
      index.count(ofState(user, 'refused')),
    ])
    return { waiting, refused }
  }
}

export class MemoryShelf implements Shelf {
  readonly kept = false
  private votes = new Map<string, KeptVote>()
  private last = 0

  async put(vote: KeptVote): Promise<void> {
    this.last += 1
    this.votes.set(vote.key, { ...vote, seq: vote.seq ?? this.last })
  }

  async list(user: number, state: VoteState, limit = Number.POSITIVE_INFINITY): Promise<KeptVote[]> {
    const mine = [...this.votes.values()].filter((vote) => vote.user === user && vote.state === state)
    return mine.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).slice(0, limit)
  }

  async find(key: string): Promise<KeptVote | undefined> {
    return this.votes.get(key)
  }

  async remove(keys: string[]): Promise<void> {
    for (const key of keys) this.votes.delete(key)
  }

  async counts(user: number): Promise<VoteCounts> {
    const [waiting, refused] = await Promise.all([this.list(user, 'waiting'), this.list(user, 'refused')])
    return { waiting: waiting.length, refused: refused.length }
  }
}
