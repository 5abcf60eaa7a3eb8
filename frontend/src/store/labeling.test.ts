import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeServer, failure, makeTask } from './fakeServer'
import { Labeling } from './labeling'
import { OnlyLeader } from './leader'
import { Line } from './line'
import { Outbox } from './outbox'
import { Pool } from './pool'
import { MemoryShelf } from './shelf'

const quiet = () => new Promise((resolve) => setTimeout(resolve, 5))
const tasks = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => makeTask(from + i))

function makeDesk(
  server: FakeServer,
  { showProposals = true, broken = new Set<string>(), begun = new Set<string>() } = {},
) {
  const outbox = new Outbox(7, new MemoryShelf())
  const line = new Line(outbox, new OnlyLeader(), server, { set: () => null, clear: () => undefined, random: () => 0 })
  const pool = new Pool<string, string>({
    fetch: async (url) => {
      if (broken.has(url)) throw new Error('gone')
      return url
    },
    decode: async (bytes) => bytes,
    size: () => 1,
    close: () => undefined,
  })
  let now = 0
  const polls: (() => void)[] = []
  const desk = new Labeling<string, string>({
    project: 1,
    showProposals,
    begun,
    outbox,
    line,
    pool,
    around: {
      now: () => now,
      later: (run) => setTimeout(run, 0),
      set: (run) => polls.push(run),
      clear: () => polls.splice(0),
    },
  })
  const drawn: (string | null)[] = []
  desk.onShow((picture) => drawn.push(picture))
  return {
    desk,
    line,
    outbox,
    pool,
    drawn,
    polls,
    tick: (ms: number) => {
      now += ms
    },
  }
}

describe('labeling', () => {
  let server: FakeServer
  let open: ReturnType<typeof makeDesk>[] = []
  const begin = async (options = {}) => {
    const made = makeDesk(server, options)
    open.push(made)
    await made.desk.start()
    await quiet()
    return made
  }

  beforeEach(() => {
    server = new FakeServer()
    server.tasks = tasks(1, 30)
  })
  afterEach(() => {
    for (const { desk, line, outbox } of open) {
      desk.leave(() => undefined)
      line.stop()
      outbox.close()
    }
    open = []
  })

  it('hands each vote to the device before it draws the next picture, and tells the page when it is kept', async () => {
    const { desk, outbox, drawn, tick } = await begin()
    const add = outbox.add.bind(outbox)
    const order: string[] = []
    outbox.add = async (vote, shown) => {
      order.push(`handed ${vote.task}`)
      await add(vote, shown)
      order.push(`kept ${vote.task}`)
    }
    desk.onShow((picture) => order.push(`drawn ${picture}`))
    desk.subscribe(() => order.push(`told ${desk.view.task?.id}`))
    order.length = 0
    tick(640)
    const given = desk.answer({ choice: [3] })
    expect(order).toEqual(['handed 1', 'drawn /display/2'])
    expect(await given).toBe(true)
    expect(order).toEqual(['handed 1', 'drawn /display/2', 'kept 1', 'told 2'])
    expect(drawn.at(-1)).toBe('/display/2')
    await quiet()
    expect([...server.votes.values()][0]).toMatchObject({ task: 1, lease: 10, took_ms: 640, answer: { choice: [3] } })
  })

  it('draws the same picture again when the answer could not be kept, and takes another answer to it', async () => {
    const { desk, outbox, drawn } = await begin()
    const add = outbox.add.bind(outbox)
    outbox.add = async () => {
      throw new Error('nowhere')
    }
    await expect(desk.answer({ choice: [1] })).rejects.toThrow('nowhere')
    expect(drawn.slice(-2)).toEqual(['/display/2', '/display/1'])
    expect(desk.view).toMatchObject({ task: { id: 1 }, canUndo: false, count: 0 })
    outbox.add = add
    expect(await desk.answer({ choice: [2] })).toBe(true)
    expect(drawn.at(-1)).toBe('/display/2')
  })

  it('keeps the next picture on the screen when something comes while the answer is being written', async () => {
    const { desk, pool, drawn } = await begin()
    const given = desk.answer({ choice: [1] })
    pool.offer(tasks(40, 41), new Set())
    expect(drawn.at(-1)).toBe('/display/2')
    expect(desk.view.task?.id).toBe(1)
    await given
    expect(drawn.filter((picture) => picture === '/display/2')).toHaveLength(1)
  })

  it('takes one answer for one picture: a second key before the next is drawn does nothing', async () => {
    const { desk } = await begin()
    const both = await Promise.all([desk.answer({ choice: [1] }), desk.answer({ choice: [2] })])
    expect(both).toEqual([true, false])
    await quiet()
    expect([...server.votes.values()].map((vote) => vote.answer)).toEqual([{ choice: [1] }])
  })

  it('sends a changed answer as superseding the earlier one, then returns to the newest', async () => {
    const { desk } = await begin()
    for (const choice of [1, 2, 3]) await desk.answer({ choice: [choice] })
    desk.undo()
    desk.undo()
    expect([desk.view.task?.id, desk.view.revisited?.answer]).toEqual([2, { choice: [2] }])
    await quiet()
    expect(await desk.answer({ choice: [9] })).toBe(true)
    expect(desk.view.task?.id).toBe(4)
    await quiet()
    const votes = [...server.votes.values()]
    const changed = votes.at(-1)
    expect(changed).toMatchObject({ task: 2, answer: { choice: [9] } })
    expect(changed?.supersedes).toBe(votes.find((vote) => vote.task === 2)?.key)
    expect(changed).not.toHaveProperty('lease')
    desk.undo()
    desk.undo()
    await quiet()
    await desk.answer({ choice: [8] })
    await quiet()
    expect([...server.votes.values()].at(-1)?.supersedes).toBe(changed?.key)
  })

  it('sends nothing when an earlier answer is given again', async () => {
    const { desk } = await begin()
    await desk.answer({ choice: [1] })
    desk.undo()
    await desk.answer({ choice: [1] })
    await quiet()
    expect(server.votes.size).toBe(1)
    expect(desk.view.task?.id).toBe(2)
  })

  it('refills while answering and shows no task twice', async () => {
    const { desk } = await begin()
    const seen: number[] = []
    while (desk.view.task) {
      seen.push(desk.view.task.id)
      await desk.answer({ choice: [1] })
      await quiet()
    }
    expect(seen).toEqual(tasks(1, 30).map((task) => task.id))
    expect(server.votes.size).toBe(30)
    expect(desk.view.reason).toBe('done')
  })

  it('does not show again what still waits in the outbox', async () => {
    server.fate = () => 'dropped'
    const { desk, outbox } = makeDesk(server)
    await outbox.add({
      key: 'k',
      project: 1,
      task: 1,
      lease: null,
      asking: 1,
      payload: { choice: [1] },
      shown: null,
      supersedes: null,
      started: '',
      took_ms: 1,
      about: makeTask(1),
    })
    await quiet()
    server.fate = () => 'arrives'
    await desk.start()
    desk.gave(await server.desk(1, 7, { votes: [], take: 3, release: [] }), { votes: [], take: 3, release: [] })
    expect(desk.view.task?.id).toBe(2)
    desk.leave(() => undefined)
    outbox.close()
  })

  it('names the proposal that was shown, and hides it where the project does', async () => {
    const proposal = { id: 77, answer: { choice: [4] }, score: 0.8 }
    server.tasks = [makeTask(1, { proposal }), makeTask(2, { proposal })]
    const shown = await begin()
    expect(shown.desk.view.proposal).toEqual(proposal)
    await shown.desk.answer({ choice: [5] })
    await quiet()
    expect([...server.votes.values()][0]?.shown_proposal).toBe(77)
    server.tasks = [makeTask(3, { proposal })]
    const hidden = await begin({ showProposals: false })
    expect(hidden.desk.view.proposal).toBeNull()
    await hidden.desk.answer({ choice: [4] })
    await quiet()
    expect([...server.votes.values()].at(-1)).not.toHaveProperty('shown_proposal')
  })

  it('lets nobody name what they have not seen, but lets them call it broken', async () => {
    const { desk } = await begin({ broken: new Set(['/display/1']) })
    expect(desk.view.picture).toBe('failed')
    expect(await desk.answer({ choice: [1] })).toBe(false)
    expect(await desk.answer({ pass: 'cannot_tell' })).toBe(false)
    expect(await desk.answer({ pass: 'broken' })).toBe(true)
    expect(desk.view.task?.id).toBe(2)
  })

  it('says why nothing came and asks again later', async () => {
    server.tasks = []
    server.reason = 'leased'
    const { desk, polls, line, tick } = await begin()
    expect([desk.view.reason, desk.view.task, desk.wants()]).toEqual(['leased', null, 0])
    server.tasks = [makeTask(5)]
    tick(20_000)
    for (const poll of polls.splice(0)) poll()
    await line.kick()
    await quiet()
    expect(desk.view.task?.id).toBe(5)
  })

  it('shows a refusal to give tasks, and goes on labeling what it has through an outage', async () => {
    const { desk } = await begin()
    server.fate = () => failure('server', 500)
    await desk.answer({ choice: [1] })
    await quiet()
    expect(desk.view.failure?.kind).toBe('server')
    expect(desk.view.task?.id).toBe(2)
    expect(await desk.answer({ choice: [1] })).toBe(true)
  })

  it('begins with the task that was begun before, at the same asking', async () => {
    const { desk } = await begin({ begun: new Set(['9:1', '3:2']) })
    expect(desk.view.task?.id).toBe(9)
    await desk.answer({ choice: [1] })
    expect(desk.view.task?.id).toBe(1)
  })

  it('gives back on leaving what was not answered', async () => {
    const { desk } = await begin()
    await desk.answer({ choice: [1] })
    await quiet()
    const back: number[] = []
    desk.leave((given) => back.push(...given))
    expect(back).toEqual(tasks(2, 12).map((task) => task.id))
  })

  it('gives back what a request that was under way on leaving still brings', async () => {
    const real = server.desk.bind(server)
    let arrive: () => void = () => undefined
    server.desk = async (...asked) => {
      await new Promise<void>((resolve) => {
        arrive = resolve
      })
      return real(...asked)
    }
    const { desk, pool } = await begin()
    const back: number[] = []
    desk.leave((given) => back.push(...given))
    expect(back).toEqual([])
    arrive()
    await quiet()
    expect(back).toEqual(tasks(1, 12).map((task) => task.id))
    expect(pool.length).toBe(0)
  })

  it('asks for nothing when it was left before it had begun', async () => {
    const { desk, outbox, line } = makeDesk(server)
    const begun = desk.start()
    desk.leave(() => undefined)
    await begun
    await line.kick()
    expect(server.requests).toEqual([])
    line.stop()
    outbox.close()
  })
})
