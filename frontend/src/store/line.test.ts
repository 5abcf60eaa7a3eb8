import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientKey } from './clientKey'
import type { Transport } from './desk'
import { FakeServer, failure, makeTask } from './fakeServer'
import { type Leader, LeaseLeader, OnlyLeader } from './leader'
import { BATCH, type Clock, type Customer, Line } from './line'
import { type NewVote, Outbox, pendingVotes } from './outbox'
import { DatabaseShelf, MemoryShelf, openShelfDatabase, SHELF_NAME, type Shelf, type ShelfDatabase } from './shelf'

const ADA = 7
const BOB = 8

/** Timers that run when the test says so; the shortest wait first. */
class Hands implements Clock {
  waits: { run: () => void; ms: number }[] = []
  chance = 0.5
  set = (run: () => void, ms: number) => {
    const timer = { run, ms }
    this.waits.push(timer)
    return timer
  }
  clear = (timer: unknown) => {
    this.waits = this.waits.filter((wait) => wait !== timer)
  }
  random = () => this.chance
  fire(): boolean {
    const [next] = this.waits.sort((a, b) => a.ms - b.ms)
    if (!next) return false
    this.clear(next)
    next.run()
    return true
  }
}

function vote(task: number, change: Partial<NewVote> = {}): NewVote {
  return {
    key: clientKey(),
    project: 1,
    task,
    lease: null,
    asking: 1,
    payload: { choice: [task % 10] },
    shown: null,
    supersedes: null,
    started: '2026-11-23T10:00:00.000Z',
    took_ms: 400,
    about: makeTask(task),
    ...change,
  }
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

interface Tab {
  outbox: Outbox
  line: Line
  hands: Hands
}

describe('the line', () => {
  let server: FakeServer
  let databases: ShelfDatabase[] = []
  let tabs: Tab[] = []

  async function shelf(): Promise<Shelf> {
    const db = await openShelfDatabase()
    databases.push(db)
    return new DatabaseShelf(db)
  }

  async function openTab(user = ADA, leader: Leader = new OnlyLeader(), road: Transport = server): Promise<Tab> {
    const outbox = new Outbox(user, await shelf())
    await outbox.recount()
    const hands = new Hands()
    const tab = { outbox, hands, line: new Line(outbox, leader, road, hands) }
    tabs.push(tab)
    return tab
  }

  function closeTab(tab: Tab): void {
    tab.line.stop()
    tab.outbox.close()
    tabs = tabs.filter((other) => other !== tab)
  }

  /** Lets the tab work until it is quiet and no retry is due. */
  async function settle(tab: Tab, rounds = 2000): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      await tab.line.kick()
      if (!tab.hands.fire()) return
    }
  }

  beforeEach(() => {
    server = new FakeServer()
  })

  afterEach(async () => {
    for (const tab of [...tabs]) closeTab(tab)
    for (const db of databases) db.close()
    databases = []
    await new Promise<void>((resolve, reject) => {
      const gone = indexedDB.deleteDatabase(SHELF_NAME)
      gone.onsuccess = () => resolve()
      gone.onerror = () => reject(gone.error)
    })
  })

  it('sends what was pressed, in order, in batches of at most twenty', async () => {
    const tab = await openTab()
    server.fate = () => failure('server', 503)
    for (let task = 1; task <= 53; task += 1) await tab.outbox.add(vote(task))
    await tab.line.kick()
    server.fate = () => 'arrives'
    server.requests.length = 0
    await settle(tab)
    expect([...server.votes.values()].map((stored) => stored.task)).toEqual(Array.from({ length: 53 }, (_, i) => i + 1))
    expect(server.requests.every((request) => request.votes.length <= BATCH)).toBe(true)
    expect(server.requests.length).toBe(3)
    expect(await tab.outbox.waiting()).toEqual([])
    expect(tab.outbox.counts).toEqual({ waiting: 0, refused: 0 })
  })

  it('loses none and doubles none through dropped requests and lost replies', async () => {
    const chance = seeded(11)
    server.fate = () => {
      const drawn = chance()
      return drawn < 0.25 ? 'dropped' : drawn < 0.5 ? 'reply_lost' : 'arrives'
    }
    const tab = await openTab()
    const keys: string[] = []
    for (let task = 1; task <= 200; task += 1) {
      const next = vote(task)
      keys.push(next.key)
      await tab.outbox.add(next)
      if (task % 3 === 0) tab.hands.fire()
    }
    await settle(tab)
    expect([...server.votes.keys()]).toEqual(keys)
    expect(server.repeated).toBeGreaterThan(0)
    expect(await pendingVotes(ADA)).toBe(0)
  })

  it('keeps what waits through a reload in between, and sends it then', async () => {
    server.fate = () => 'dropped'
    const before = await openTab()
    for (let task = 1; task <= 9; task += 1) await before.outbox.add(vote(task))
    await before.line.kick()
    closeTab(before)
    expect(server.votes.size).toBe(0)
    server.fate = () => 'arrives'
    const after = await openTab()
    expect(after.outbox.counts.waiting).toBe(9)
    await settle(after)
    expect(server.votes.size).toBe(9)
    expect(after.outbox.counts.waiting).toBe(0)
  })

  it('waits longer after each failure, with jitter, and at once when the network is back', async () => {
    const tab = await openTab()
    server.fate = () => 'dropped'
    const waits: number[] = []
    await tab.outbox.add(vote(1))
    for (let round = 0; round < 8; round += 1) {
      await tab.line.kick()
      waits.push(tab.hands.waits[0]?.ms ?? 0)
      tab.hands.fire()
    }
    expect(waits.slice(0, 4)).toEqual([750, 1500, 3000, 6000])
    expect(Math.max(...waits)).toBe(6000)
    await tab.line.kick()
    expect(tab.line.state).toBe('offline')
    server.fate = () => 'arrives'
    await tab.line.resume()
    expect(server.votes.size).toBe(1)
    expect(tab.line.state).toBe('ready')
    expect(tab.hands.waits).toEqual([])
  })

  it('keeps what comes too fast, waits as long as the server says, and sends it then', async () => {
    const tab = await openTab()
    const busy = failure('server', 429)
    server.fate = () => Object.assign(Object.create(Object.getPrototypeOf(busy)), busy, { wait: 12 })
    await tab.outbox.add(vote(1))
    await tab.line.kick()
    expect(tab.hands.waits[0]?.ms).toBe(12_000)
    expect(tab.line.state).toBe('slowed')
    expect(tab.outbox.counts).toEqual({ waiting: 1, refused: 0 })
    server.fate = () => 'arrives'
    await settle(tab)
    expect(server.votes.size).toBe(1)
    expect(tab.line.state).toBe('ready')
  })

  it('keeps the outbox when the session ended, and goes on after the sign-in', async () => {
    const tab = await openTab()
    server.signedIn = null
    for (let task = 1; task <= 3; task += 1) await tab.outbox.add(vote(task))
    await tab.line.kick()
    expect(tab.line.state).toBe('signed_out')
    expect(tab.outbox.counts.waiting).toBe(3)
    const asked = server.requests.length
    await tab.line.kick()
    expect(server.requests.length).toBe(asked)
    server.signedIn = ADA
    await tab.line.resume()
    expect(server.votes.size).toBe(3)
  })

  it("never sends one person's votes under another's session", async () => {
    const ada = await openTab(ADA)
    server.fate = () => 'dropped'
    await ada.outbox.add(vote(1))
    await ada.line.kick()
    server.fate = () => 'arrives'
    server.signedIn = BOB
    const bob = await openTab(BOB)
    await bob.outbox.add(vote(2))
    await settle(bob)
    await ada.line.resume()
    expect(ada.line.state).toBe('other_user')
    expect([...server.votes.values()].map((stored) => [stored.user, stored.task])).toEqual([[BOB, 2]])
    expect(await pendingVotes(ADA)).toBe(1)
    expect(await pendingVotes(BOB)).toBe(0)
    server.signedIn = ADA
    await ada.line.resume()
    expect(server.votes.size).toBe(2)
  })

  it('lets one refused vote stop no other, and keeps it with its reason until its owner says', async () => {
    const tab = await openTab()
    server.refuses = (message) => (message.task === 2 ? 'class_archived' : null)
    for (let task = 1; task <= 4; task += 1) await tab.outbox.add(vote(task))
    await settle(tab)
    expect([...server.votes.values()].map((stored) => stored.task)).toEqual([1, 3, 4])
    expect(tab.outbox.counts).toEqual({ waiting: 0, refused: 1 })
    const [refused] = await tab.outbox.refused()
    expect(refused).toMatchObject({ task: 2, payload: { choice: [2] }, about: { image: { thumb: '/thumb/2' } } })
    expect(refused?.refusal).toMatchObject({ code: 'class_archived', data: { task: 2 } })
    server.refuses = () => null
    await tab.outbox.retry(refused?.key ?? '')
    await settle(tab)
    expect(server.votes.size).toBe(4)
    expect(await tab.outbox.refused()).toEqual([])
  })

  it('discards a refused vote only when told, and never one that still waits', async () => {
    const tab = await openTab()
    server.refuses = () => 'unknown_task'
    await tab.outbox.add(vote(1))
    await settle(tab)
    server.refuses = () => null
    server.fate = () => 'dropped'
    const waiting = vote(2)
    await tab.outbox.add(waiting)
    await tab.line.kick()
    const [refused] = await tab.outbox.refused()
    await tab.outbox.discard(refused?.key ?? '')
    await tab.outbox.discard(waiting.key)
    expect(tab.outbox.counts).toEqual({ waiting: 1, refused: 0 })
  })

  it('finds the one vote for which a whole batch is refused', async () => {
    const tab = await openTab()
    const real = server.desk.bind(server)
    server.desk = async (project, user, body) => {
      if (body.votes.some((message) => message.task === 5)) throw failure('refused', 422, 'bad_body')
      return real(project, user, body)
    }
    for (let task = 1; task <= 8; task += 1) await tab.outbox.add(vote(task))
    await settle(tab)
    expect([...server.votes.values()].map((stored) => stored.task)).toEqual([1, 2, 3, 4, 6, 7, 8])
    expect((await tab.outbox.refused()).map((kept) => kept.task)).toEqual([5])
  })

  it('puts all votes of a project that is closed to the person aside, and goes on with the others', async () => {
    const tab = await openTab()
    const real = server.desk.bind(server)
    server.desk = async (project, user, body) => {
      if (project === 1) throw failure('refused', 404, 'not_found')
      return real(project, user, body)
    }
    for (let task = 1; task <= 3; task += 1) await tab.outbox.add(vote(task))
    await tab.outbox.add(vote(9, { project: 2 }))
    await settle(tab)
    expect([...server.votes.values()].map((stored) => stored.project)).toEqual([2])
    expect(tab.outbox.counts).toEqual({ waiting: 0, refused: 3 })
  })

  it('sends what a vote supersedes, but not when that was itself refused', async () => {
    const tab = await openTab()
    const first = vote(1)
    await tab.outbox.add(first)
    await settle(tab)
    const second = vote(1, { supersedes: first.key })
    await tab.outbox.add(second)
    await settle(tab)
    expect(server.votes.get(second.key)?.supersedes).toBe(first.key)
    server.refuses = (message) => (message.task === 2 ? 'lapsed' : null)
    const third = vote(2)
    await tab.outbox.add(third)
    await settle(tab)
    server.refuses = () => null
    const fourth = vote(2, { supersedes: third.key })
    await tab.outbox.add(fourth)
    await settle(tab)
    expect(server.votes.get(fourth.key)).not.toHaveProperty('supersedes')
    expect(await tab.outbox.refused()).toEqual([])
  })

  it('asks again later, not in a loop, when the reply forgot a vote', async () => {
    const tab = await openTab()
    const real = server.desk.bind(server)
    let forgetful = true
    server.desk = async (project, user, body) => {
      const reply = await real(project, user, body)
      return forgetful ? { ...reply, results: reply.results.slice(1) } : reply
    }
    for (let task = 1; task <= 2; task += 1) await tab.outbox.add(vote(task))
    await tab.line.kick()
    expect(tab.outbox.counts.waiting).toBeGreaterThan(0)
    expect(tab.hands.waits.length).toBe(1)
    forgetful = false
    await settle(tab)
    expect(server.votes.size).toBe(2)
    expect(tab.outbox.counts.waiting).toBe(0)
  })

  it('takes tasks in the request that carries the votes', async () => {
    const tab = await openTab()
    server.tasks = [makeTask(1), makeTask(2)]
    let wanted = 12
    const came: number[] = []
    const customer: Customer = {
      project: 1,
      wants: () => wanted,
      returns: () => [],
      gave: (reply) => {
        wanted = 0
        came.push(...reply.tasks.map((task) => task.id))
      },
      failed: () => undefined,
    }
    await tab.outbox.add(vote(40))
    tab.line.attach(customer)
    await settle(tab)
    expect(came).toEqual([1, 2])
    expect(server.votes.size).toBe(1)
  })

  it('has one sender among two tabs, and the other takes over when it goes', async () => {
    const [one, two] = [await openShelfDatabase(), await openShelfDatabase()]
    databases.push(one, two)
    let now = 1000
    const senders: string[] = []
    const road = (name: string): Transport => ({
      desk: (project, user, body) => {
        if (body.votes.length > 0) senders.push(name)
        return server.desk(project, user, body)
      },
    })
    const first = await openTab(ADA, new LeaseLeader(one, 'sender', () => now), road('first'))
    await first.line.kick()
    const second = await openTab(ADA, new LeaseLeader(two, 'sender', () => now), road('second'))
    for (let task = 1; task <= 6; task += 1) await second.outbox.add(vote(task))
    await settle(second)
    await settle(first)
    expect(server.votes.size).toBe(6)
    expect(new Set(senders)).toEqual(new Set(['first']))
    first.line.stop()
    now += 60_000
    await second.outbox.add(vote(7))
    await settle(second)
    expect(server.votes.size).toBe(7)
    expect(senders.at(-1)).toBe('second')
    expect(server.repeated).toBe(0)
  })

  it('sends at once from memory where the browser keeps nothing', async () => {
    const outbox = new Outbox(ADA, new MemoryShelf())
    const line = new Line(outbox, new OnlyLeader(), server, new Hands())
    await outbox.add(vote(1))
    await line.kick()
    expect(server.votes.size).toBe(1)
    expect(outbox.kept).toBe(false)
    line.stop()
    outbox.close()
  })

  it('falls back to memory when the device refuses to write, with what still waits', async () => {
    const inner = await shelf()
    let full = false
    const failing: Shelf = {
      kept: true,
      put: (kept) => (full ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : inner.put(kept)),
      list: (user, state, limit) => inner.list(user, state, limit),
      find: (key) => inner.find(key),
      remove: (keys) => inner.remove(keys),
      counts: (user) => inner.counts(user),
    }
    const outbox = new Outbox(ADA, failing)
    await outbox.add(vote(1))
    full = true
    await outbox.add(vote(2))
    expect(outbox.kept).toBe(false)
    const line = new Line(outbox, new OnlyLeader(), server, new Hands())
    await line.kick()
    expect([...server.votes.values()].map((stored) => stored.task).sort()).toEqual([1, 2])
    line.stop()
    outbox.close()
  })
})
