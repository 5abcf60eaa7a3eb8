/** One sender among all tabs of a browser: by Web Locks where the page has them, else by a lease in IndexedDB. */
import { clientKey } from './clientKey'
import { Emitter } from './emitter'
import type { ShelfDatabase } from './shelf'

export interface Leader {
  start(): void
  stop(): void
  /** True when this tab may send now. Asked anew before each batch: a sleeping tab may have lost its turn. */
  confirm(): Promise<boolean>
  /** Called when this tab becomes the sender. */
  subscribe(listener: () => void): () => void
}

export class LockLeader extends Emitter implements Leader {
  private held = false
  private letGo: (() => void) | null = null
  private waiting: AbortController | null = null

  constructor(
    private readonly locks: LockManager,
    private readonly name: string,
  ) {
    super()
  }

  start(): void {
    if (this.waiting) return
    const waiting = new AbortController()
    this.waiting = waiting
    this.locks
      .request(this.name, { signal: waiting.signal }, () => {
        if (this.waiting !== waiting) return undefined
        this.held = true
        this.emit()
        return new Promise<void>((resolve) => {
          this.letGo = resolve
        })
      })
      .catch((error: unknown) => {
        if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
      })
  }

  stop(): void {
    this.held = false
    if (this.letGo) this.letGo()
    else this.waiting?.abort()
    this.letGo = null
    this.waiting = null
  }

  async confirm(): Promise<boolean> {
    return this.held
  }
}

const LEASE_MS = 8000
const RENEW_MS = 2500

export class LeaseLeader extends Emitter implements Leader {
  private readonly owner = clientKey()
  private timer: ReturnType<typeof setInterval> | null = null
  private held = false

  constructor(
    private readonly db: ShelfDatabase,
    private readonly name: string,
    private readonly now: () => number = Date.now,
  ) {
    super()
  }

  start(): void {
    if (this.timer !== null) return
    this.timer = setInterval(() => void this.confirm(), RENEW_MS)
    void this.confirm()
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    if (this.held) void this.giveUp()
    this.held = false
  }

  async confirm(): Promise<boolean> {
    if (this.timer === null) return false
    const before = this.held
    const write = this.db.transaction('leases', 'readwrite')
    const row = await write.store.get(this.name)
    const now = this.now()
    const free = !row || row.owner === this.owner || row.until <= now || row.until > now + LEASE_MS
    if (free) await write.store.put({ name: this.name, owner: this.owner, until: now + LEASE_MS })
    await write.done
    this.held = free && this.timer !== null
    if (this.held && !before) this.emit()
    return this.held
  }

  private async giveUp(): Promise<void> {
    const write = this.db.transaction('leases', 'readwrite')
    const row = await write.store.get(this.name)
    if (row?.owner === this.owner) await write.store.delete(this.name)
    await write.done
  }
}

/** For a tab whose votes lie in its own memory: nobody else could send them. */
export class OnlyLeader extends Emitter implements Leader {
  start(): void {
    this.emit()
  }

  stop(): void {}

  async confirm(): Promise<boolean> {
    return true
  }
}

export function makeLeader(db: ShelfDatabase | null, user: number): Leader {
  const name = `fovea-sender-${user}`
  if (!db) return new OnlyLeader()
  const locks = (navigator as Partial<Navigator>).locks
  return locks ? new LockLeader(locks, name) : new LeaseLeader(db, name)
}
