import 'fake-indexeddb/auto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { clientKey } from './clientKey'
import { LeaseLeader, LockLeader, makeLeader, OnlyLeader } from './leader'
import { openShelfDatabase, type ShelfDatabase } from './shelf'

/** Web Locks in as far as the leader uses them: one holder, the others in line. */
class FakeLocks {
  private line: Promise<unknown> = Promise.resolve()

  request(_name: string, options: { signal: AbortSignal }, run: () => unknown): Promise<unknown> {
    const before = this.line
    const turn = before.then(() => {
      if (options.signal.aborted) throw new DOMException('gone', 'AbortError')
      return run()
    })
    this.line = turn.catch(() => undefined)
    return turn
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('leaders', () => {
  let db: ShelfDatabase | null = null
  const open = async () => {
    db = await openShelfDatabase(`leader-${clientKey()}`)
    return db
  }

  afterEach(() => {
    vi.unstubAllGlobals()
    db?.close()
  })

  it('gives the lock to one tab, and to the next when it stops', async () => {
    const locks = new FakeLocks() as unknown as LockManager
    const [first, second, third] = [1, 2, 3].map(() => new LockLeader(locks, 'sender')) as [
      LockLeader,
      LockLeader,
      LockLeader,
    ]
    const told = vi.fn()
    third.subscribe(told)
    for (const leader of [first, second, third]) leader.start()
    await soon()
    expect([await first.confirm(), await second.confirm(), await third.confirm()]).toEqual([true, false, false])
    second.stop()
    first.stop()
    await soon()
    expect([await first.confirm(), await second.confirm(), await third.confirm()]).toEqual([false, false, true])
    expect(told).toHaveBeenCalledTimes(1)
    third.stop()
  })

  it('leads by a lease where there are no locks; a tab that fell asleep loses it', async () => {
    const shared = await open()
    let now = 0
    const first = new LeaseLeader(shared, 'sender', () => now)
    const second = new LeaseLeader(shared, 'sender', () => now)
    first.start()
    expect(await first.confirm()).toBe(true)
    second.start()
    expect(await second.confirm()).toBe(false)
    now = 60_000
    expect(await second.confirm()).toBe(true)
    expect(await first.confirm()).toBe(false)
    second.stop()
    await soon()
    expect(await first.confirm()).toBe(true)
    first.stop()
    expect(await first.confirm()).toBe(false)
  })

  it('takes a lease that a wrong clock set far ahead', async () => {
    const shared = await open()
    const early = new LeaseLeader(shared, 'sender', () => 10_000_000)
    early.start()
    await early.confirm()
    const leader = new LeaseLeader(shared, 'sender', () => 5)
    leader.start()
    expect(await leader.confirm()).toBe(true)
    early.stop()
    leader.stop()
  })

  it('chooses by what the page has', async () => {
    vi.stubGlobal('navigator', { locks: {} })
    expect(makeLeader(await open(), 1)).toBeInstanceOf(LockLeader)
    vi.stubGlobal('navigator', {})
    expect(makeLeader(db, 1)).toBeInstanceOf(LeaseLeader)
    expect(makeLeader(null, 1)).toBeInstanceOf(OnlyLeader)
  })

  it('makes keys without randomUUID', () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const keys = new Set(Array.from({ length: 100 }, clientKey))
    expect(keys.size).toBe(100)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})
