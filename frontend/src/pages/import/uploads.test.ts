import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/errors'
import { MOST_BYTES, MOST_FILES, parcelled, type SendResult, type Sent, Uploads } from './uploads'
import type { GivenFile } from './walk'

const noWait = () => Promise.resolve()

function given(count: number, size = 10): GivenFile[] {
  return Array.from({ length: count }, (_, at) => ({
    path: `set/${at}.jpg`,
    file: { name: `${at}.jpg`, size } as File,
  }))
}

const received = (files: readonly Sent[]): SendResult[] => files.map(({ path }) => ({ path, state: 'received' }))

describe('parcelled', () => {
  const sent = (sizes: number[]) =>
    new Uploads(
      sizes.map((size, at) => ({ path: `${at}`, file: { size } as File })),
      { send: async () => [] },
    ).files

  it('keeps to twenty files and sixteen megabytes, a large file alone', () => {
    expect(parcelled(sent(Array(45).fill(1))).map((parcel) => parcel.length)).toEqual([MOST_FILES, MOST_FILES, 5])
    const half = MOST_BYTES / 2
    expect(parcelled(sent([half, half, half, MOST_BYTES * 3, 1])).map((parcel) => parcel.length)).toEqual([2, 1, 1, 1])
    expect(parcelled([])).toEqual([])
  })
})

describe('Uploads', () => {
  it('sends everything once with at most three parcels in flight', async () => {
    let flying = 0
    let most = 0
    const seen: string[] = []
    const uploads = new Uploads(given(205), {
      send: async (files) => {
        flying += 1
        most = Math.max(most, flying)
        await Promise.resolve()
        seen.push(...files.map(({ path }) => path))
        flying -= 1
        return received(files)
      },
    })
    await uploads.run()
    expect(new Set(seen).size).toBe(205)
    expect(seen.length).toBe(205)
    expect(most).toBe(3)
    expect(uploads.count('received')).toBe(205)
    expect(uploads.bytesSent).toBe(uploads.totalBytes)
  })

  it('goes on after lost connections and busy answers', async () => {
    let calls = 0
    const uploads = new Uploads(given(60), {
      pause: noWait,
      send: async (files) => {
        calls += 1
        if (calls % 3 === 1) throw new ApiError('offline', '')
        if (calls % 3 === 2) throw new ApiError('database_busy', '', { status: 503 })
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('received')).toBe(60)
  })

  it('marks as failed what never gets through, and sends it at the next run', async () => {
    let broken = true
    const uploads = new Uploads(given(30), {
      pause: noWait,
      send: async (files) => {
        if (broken) throw new ApiError('offline', '')
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('failed')).toBe(30)
    broken = false
    await uploads.run()
    expect(uploads.count('received')).toBe(30)
  })

  it('finds the one file for which a whole parcel is refused', async () => {
    const uploads = new Uploads(given(20), {
      send: async (files) => {
        if (files.some(({ path }) => path === 'set/7.jpg'))
          throw new ApiError('too_large', 'too large', { status: 413 })
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('received')).toBe(19)
    const refused = uploads.files.filter(({ state }) => state === 'refused')
    expect(refused.map(({ path, code }) => [path, code])).toEqual([['set/7.jpg', 'too_large']])
  })

  it('keeps the reason of each refused file', async () => {
    const uploads = new Uploads(given(2), {
      send: async (files) => [
        { path: files[0]?.path ?? '', state: 'received' },
        { path: files[1]?.path ?? '', state: 'refused', code: 'empty_file', message: 'no bytes' },
      ],
    })
    await uploads.run()
    expect(uploads.files.map(({ state, code }) => [state, code])).toEqual([
      ['received', ''],
      ['refused', 'empty_file'],
    ])
  })

  it('leaves the rest waiting when it is stopped', async () => {
    const uploads: Uploads = new Uploads(given(200), {
      send: async (files) => {
        uploads.stop()
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('received')).toBeLessThanOrEqual(3 * MOST_FILES)
    expect(uploads.count('waiting')).toBe(200 - uploads.count('received'))
  })
})
