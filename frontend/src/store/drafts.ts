/** What somebody has drawn and not yet handed in: kept on this device at every change, back when the task comes again. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

export interface Draft {
  /** Whose draft of which task. */
  name: string
  what: unknown
  /** When it was last changed, in milliseconds. */
  at: number
}

export interface Drafts {
  get(name: string): Promise<Draft | undefined>
  put(draft: Draft): Promise<void>
  remove(name: string): Promise<void>
  /** The names that begin so. */
  names(prefix: string): Promise<string[]>
}

interface DraftSchema extends DBSchema {
  drafts: { key: string; value: Draft; indexes: { by_age: number } }
}

export const DRAFTS_NAME = 'fovea-drafts'
/** A draft that nobody came back to for a month is forgotten. */
const FORGET_MS = 31 * 24 * 3600 * 1000

export class DatabaseDrafts implements Drafts {
  constructor(private readonly db: IDBPDatabase<DraftSchema>) {}

  get(name: string): Promise<Draft | undefined> {
    return this.db.get('drafts', name)
  }

  async put(draft: Draft): Promise<void> {
    const write = this.db.transaction('drafts', 'readwrite', { durability: 'relaxed' })
    await Promise.all([write.store.put(draft), write.done])
  }

  async remove(name: string): Promise<void> {
    await this.db.delete('drafts', name)
  }

  names(prefix: string): Promise<string[]> {
    return this.db.getAllKeys('drafts', IDBKeyRange.bound(prefix, `${prefix}\uffff`))
  }
}

export class MemoryDrafts implements Drafts {
  private kept = new Map<string, Draft>()

  async get(name: string): Promise<Draft | undefined> {
    return this.kept.get(name)
  }

  async put(draft: Draft): Promise<void> {
    this.kept.set(draft.name, draft)
  }

  async remove(name: string): Promise<void> {
    this.kept.delete(name)
  }

  async names(prefix: string): Promise<string[]> {
    return [...this.kept.keys()].filter((name) => name.startsWith(prefix))
  }
}

/** The drafts of this device; in a browser that keeps nothing they last as long as the page. */
export async function openDrafts(name = DRAFTS_NAME, now = Date.now()): Promise<Drafts> {
  try {
    const db = await openDB<DraftSchema>(name, 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('drafts', { keyPath: 'name' }).createIndex('by_age', 'at')
      },
    })
    const write = db.transaction('drafts', 'readwrite')
    const old = await write.store.index('by_age').getAllKeys(IDBKeyRange.upperBound(now - FORGET_MS))
    for (const each of old) await write.store.delete(each)
    await write.done
    return new DatabaseDrafts(db)
  } catch {
    return new MemoryDrafts()
  }
}
