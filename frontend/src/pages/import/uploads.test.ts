import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/errors'
import { type How, MOST_BYTES, MOST_FILES, parcelled, type SendResult, type Sent, Uploads } from './uploads'
import type { GivenFile } from './walk'

/** A line that waits for nothing, to a server that takes no large files. */
const line: Omit<How, 'send'> = {
  sendLarge: async ({ path }) => ({ path, state: 'refused', code: 'none_expected' }),
  readable: async () => true,
  timer: (run) => queueMicrotask(run),
}

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
      { ...line, send: async () => [] },
    ).files

  it('keeps to twenty files and eight megabytes, a large file alone', () => {
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
      ...line,
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
      ...line,
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

  it('waits as long as the line is down, says so, and halves what a bad line has lost', async () => {
    const sizes: number[] = []
    let down = 40
    const uploads: Uploads = new Uploads(given(40), {
      ...line,
      timer: (run) => {
        expect(uploads.waiting?.problem.code).toBe('offline')
        queueMicrotask(run)
      },
      send: async (files) => {
        sizes.push(files.length)
        if (down-- > 0) throw new ApiError('offline', '')
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('received')).toBe(40)
    expect(uploads.waiting).toBeNull()
    expect(sizes.slice(0, 2)).toEqual([20, 20])
    expect(Math.max(...sizes.slice(2))).toBe(10)
    expect(Math.min(...sizes)).toBe(1)
  })

  it('counts what the server holds of a large file while it waits, and goes on with it', async () => {
    let tries = 0
    const seen: number[] = []
    const uploads: Uploads = new Uploads(given(1, MOST_BYTES + 1), {
      ...line,
      timer: (run) => {
        seen.push(uploads.bytesSent)
        queueMicrotask(run)
      },
      send: async () => expect.unreachable(),
      sendLarge: async ({ path }, { onProgress, onSafe }) => {
        tries += 1
        onSafe(4000)
        onProgress(4500)
        if (tries < 3) throw new ApiError('offline', '')
        return { path, state: 'received' }
      },
    })
    await uploads.run()
    expect([seen, uploads.bytesSent]).toEqual([[4000, 4000], MOST_BYTES + 1])
  })

  it('does not wait for its time when it is told to try now, or to stop', async () => {
    let calls = 0
    const never = { ...line, timer: () => undefined }
    const uploads: Uploads = new Uploads(given(1), {
      ...never,
      send: async (files) => {
        calls += 1
        if (calls < 3) {
          queueMicrotask(() => setTimeout(uploads.tryNow))
          throw new ApiError('offline', '')
        }
        return received(files)
      },
    })
    await uploads.run()
    expect([calls, uploads.count('received')]).toEqual([3, 1])
    const stopped: Uploads = new Uploads(given(1), {
      ...never,
      send: async () => {
        setTimeout(() => stopped.stop())
        throw new ApiError('offline', '')
      },
    })
    await stopped.run()
    expect(stopped.count('waiting')).toBe(1)
  })

  it('marks as failed what the server cannot deal with, and sends it at the next run', async () => {
    let broken = true
    const uploads = new Uploads(given(30), {
      ...line,
      send: async (files) => {
        if (broken) throw new ApiError('server_error', '', { status: 500 })
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('failed')).toBe(30)
    broken = false
    await uploads.run()
    expect(uploads.count('received')).toBe(30)
  })

  it('tells a file that cannot be read from a line that is down', async () => {
    const gone = new Set(['3.jpg'])
    const uploads = new Uploads(given(5), {
      ...line,
      readable: async ({ name }) => !gone.has(name),
      send: async (files) => {
        if (files.some(({ file }) => gone.has(file.name))) throw new ApiError('offline', '')
        return received(files)
      },
    })
    await uploads.run()
    expect(uploads.count('received')).toBe(4)
    expect(uploads.files.filter(({ state }) => state === 'failed').map(({ code }) => code)).toEqual(['unreadable_file'])
  })

  it('stops where the delivery takes no more', async () => {
    let calls = 0
    const uploads = new Uploads(given(500), {
      ...line,
      send: async () => {
        calls += 1
        throw new ApiError('batch_closed', '', { status: 409 })
      },
    })
    await uploads.run()
    expect(calls).toBeLessThanOrEqual(3)
    expect([uploads.over?.code, uploads.count('waiting')]).toEqual(['batch_closed', 500])
  })

  it('sends only what is missing, and counts the rest as there', async () => {
    const seen: string[] = []
    const how: How = {
      ...line,
      send: async (files) => {
        seen.push(...files.map(({ path }) => path))
        return received(files)
      },
    }
    const uploads = new Uploads(given(5), how, new Set([1, 4]))
    expect([uploads.count('here'), uploads.bytesSent]).toEqual([3, 30])
    await uploads.run()
    expect(seen).toEqual(['set/1.jpg', 'set/4.jpg'])
    expect(uploads.bytesSent).toBe(50)
  })

  it('finds the one file for which a whole parcel is refused', async () => {
    const uploads = new Uploads(given(20), {
      ...line,
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
      ...line,
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
      ...line,
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
