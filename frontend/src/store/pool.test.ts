import { describe, expect, it } from 'vitest'
import { makeTask } from './fakeServer'
import { NoSuchPicture, type PictureSource, Pool, type PoolLimits } from './pool'

const MEGABYTE = 1024 * 1024

/** Pictures that come at once, with a record of what was fetched, decoded and let go. */
class Album implements PictureSource<string, { url: string }> {
  fetched: string[] = []
  open = new Set<string>()
  broken = new Set<string>()
  away = false
  bytes = MEGABYTE
  fetch = async (url: string) => {
    this.fetched.push(url)
    if (this.broken.has(url)) throw new NoSuchPicture(url)
    if (this.away) throw new TypeError('no connection')
    return url
  }
  decode = async (url: string) => {
    this.open.add(url)
    return { url }
  }
  size = () => this.bytes
  close = (picture: { url: string }) => {
    this.open.delete(picture.url)
  }
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, 0))
const tasks = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => makeTask(from + i))
const NONE = new Set<string>()

function makePool(limits: Partial<PoolLimits> = {}) {
  const album = new Album()
  let now = 0
  const waiting: { run: () => void; ms: number }[] = []
  const pool = new Pool(
    album,
    limits,
    () => now,
    (run, ms) => waiting.push({ run, ms }),
  )
  return {
    album,
    pool,
    /** Lets every wait end, and tells how long each was. */
    wake: async () => {
      const ended = waiting.splice(0)
      for (const { run } of ended) run()
      await quiet()
      return ended.map(({ ms }) => ms)
    },
    tick: (ms: number) => {
      now += ms
    },
  }
}

describe('the pool', () => {
  it('fetches eight and decodes four ahead, in order', async () => {
    const { album, pool } = makePool()
    pool.offer(tasks(1, 12), NONE)
    await quiet()
    expect(album.fetched).toEqual(tasks(1, 8).map((task) => task.image.display))
    expect([...album.open]).toEqual(tasks(1, 4).map((task) => task.image.display))
    pool.advance()
    await quiet()
    expect(album.fetched.at(-1)).toBe('/display/9')
    expect(album.open.has('/display/5')).toBe(true)
  })

  it('asks for twelve when six are left, not before', () => {
    const { pool } = makePool()
    expect(pool.wants()).toBe(12)
    pool.offer(tasks(1, 12), NONE)
    const wanted: number[] = []
    for (let step = 0; step < 7; step += 1) {
      wanted.push(pool.wants())
      pool.advance()
    }
    expect(wanted).toEqual([0, 0, 0, 0, 0, 0, 12])
  })

  it('passes over tasks that are here already or were answered, but not a task asked anew', () => {
    const { pool } = makePool()
    pool.offer(tasks(1, 3), NONE)
    pool.offer([makeTask(2), makeTask(4), makeTask(5, { asking: 2 })], new Set(['4:1', '5:1']))
    expect(pool.unanswered()).toEqual([1, 2, 3, 5])
  })

  it('decodes fewer when pictures are large, but always the one on the screen', async () => {
    const { album, pool } = makePool({ memory: 3 * MEGABYTE })
    album.bytes = 4 * MEGABYTE
    pool.offer(
      tasks(1, 6).map((task) => ({ ...task, image: { ...task.image, width: 1024, height: 1024 } })),
      NONE,
    )
    await quiet()
    expect([...album.open]).toEqual(['/display/1'])
    pool.advance()
    await quiet()
    expect(album.open.has('/display/2')).toBe(true)
  })

  it('lets go of decoded pictures left behind and brings one back without fetching it again', async () => {
    const { album, pool } = makePool()
    pool.offer(tasks(1, 12), NONE)
    await quiet()
    for (let step = 0; step < 5; step += 1) {
      pool.advance()
      await quiet()
    }
    expect(album.open.has('/display/1')).toBe(false)
    expect(album.open.size).toBeLessThanOrEqual(6)
    pool.want(makeTask(1))
    await quiet()
    expect(pool.state(makeTask(1))).toBe('ready')
    expect(album.fetched.filter((url) => url === '/display/1').length).toBe(1)
  })

  it('says when a picture cannot be had, and tries again when told', async () => {
    const { album, pool } = makePool()
    album.broken.add('/display/1')
    pool.offer(tasks(1, 2), NONE)
    await quiet()
    expect([pool.state(makeTask(1)), pool.state(makeTask(2))]).toEqual(['failed', 'ready'])
    album.broken.clear()
    pool.want(makeTask(1))
    await quiet()
    expect(pool.state(makeTask(1))).toBe('ready')
  })

  it('asks again, ever more slowly, for a picture that did not come, but not for one that is not there', async () => {
    const { album, pool, wake } = makePool()
    album.broken.add('/display/2')
    album.away = true
    pool.offer(tasks(1, 2), NONE)
    await quiet()
    expect(await wake()).toEqual([1000])
    expect(await wake()).toEqual([2000])
    expect(pool.state(makeTask(1))).toBe('failed')
    album.away = false
    expect(await wake()).toEqual([4000])
    expect(pool.state(makeTask(1))).toBe('ready')
    expect(pool.state(makeTask(2))).toBe('failed')
    expect(await wake()).toEqual([])
  })

  it('asks no more for a picture that it has let go', async () => {
    const { album, pool, wake } = makePool({ kept: 0 })
    album.away = true
    pool.offer(tasks(1, 1), NONE)
    await quiet()
    pool.drop(1)
    await wake()
    expect(album.fetched).toEqual(['/display/1'])
  })

  it('tries a failed picture once more when its turn comes, and all when the connection is back', async () => {
    const { album, pool } = makePool()
    for (const id of [2, 3]) album.broken.add(`/display/${id}`)
    pool.offer(tasks(1, 3), NONE)
    await quiet()
    album.broken.delete('/display/2')
    pool.advance()
    await quiet()
    expect([pool.state(makeTask(2)), pool.state(makeTask(3))]).toEqual(['ready', 'failed'])
    album.broken.clear()
    pool.retryFailed()
    await quiet()
    expect(pool.state(makeTask(3))).toBe('ready')
  })

  it('hands back what lay too long, except what is on the screen', () => {
    const { pool, tick } = makePool({ freshMs: 1000 })
    pool.offer(tasks(1, 3), NONE)
    tick(1500)
    pool.offer([makeTask(4)], NONE)
    pool.dropStale()
    expect(pool.current?.id).toBe(1)
    expect(pool.returns()).toEqual([2, 3])
    expect(pool.returns()).toEqual([])
    pool.putBackReturns([2, 3])
    expect(pool.unanswered()).toEqual([1, 4, 2, 3])
    pool.offer([makeTask(3)], NONE)
    expect(pool.returns()).toEqual([2])
  })

  it('holds nothing after it is shut down, also what was still on the way', async () => {
    const { album, pool } = makePool()
    pool.offer(tasks(1, 5), NONE)
    pool.shutDown()
    await quiet()
    expect(album.open.size).toBe(0)
  })

  it('decodes anew from the bytes at hand when the stage grew', async () => {
    const { album, pool } = makePool()
    pool.offer(tasks(1, 3), NONE)
    await quiet()
    const before = pool.picture(makeTask(1))
    pool.redecode()
    await quiet()
    expect(pool.picture(makeTask(1))).not.toBe(before)
    expect(album.fetched.length).toBe(3)
    expect(album.open.size).toBe(3)
  })
})
