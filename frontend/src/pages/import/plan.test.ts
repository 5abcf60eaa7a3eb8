import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/errors'
import type { Upload } from '@/api/types'
import { AT_ONCE, type Listed, plan, whereTo } from './plan'
import { inParts, PART_BYTES } from './send'
import type { GivenFile } from './walk'

function given(count: number): GivenFile[] {
  return Array.from({ length: count }, (_, at) => ({
    path: `set/${at}.jpg`,
    file: { name: `${at}.jpg`, size: at, lastModified: 1000 + at } as File,
  }))
}

/** A server that holds these, as it would know them again. */
const holding = (held: Listed[]) => {
  const marks = new Set(held.map((file) => JSON.stringify(file)))
  return async (group: Listed[]) => ({
    missing: group.flatMap((file, at) => (marks.has(JSON.stringify(file)) ? [] : [at])),
    held_bytes: 7,
  })
}

describe('plan', () => {
  it('finds what is missing by path, size and time, in groups', async () => {
    const files = given(2500)
    const sizes: number[] = []
    const held = files.slice(0, 2001).map(({ path }, at) => ({ path, size: at, modified: 1000 + at }))
    const ask = holding([...held, { path: 'set/2400.jpg', size: 2400, modified: 1 }])
    const found = await plan(files, (group) => {
      sizes.push(group.length)
      return ask(group)
    })
    expect(sizes).toEqual([AT_ONCE, AT_ONCE, 500])
    expect([found.here, found.missing.size, Math.min(...found.missing)]).toEqual([2001, 499, 2001])
    expect(found.missing.has(2400)).toBe(true)
    expect(found.heldBytes).toBe(21)
    expect(found.missingBytes).toBe(files.slice(2001).reduce((sum, { file }) => sum + file.size, 0))
  })

  it('does not ask about names that no server can hold', async () => {
    const files = [{ path: 'a\ud800.jpg', file: { size: 5 } as File }, ...given(2)]
    const found = await plan(files, async () => ({ missing: [1], held_bytes: 0 }))
    expect([...found.missing].sort()).toEqual([0, 2])
  })

  it('goes on with the first upload that has any of the files', async () => {
    const files = given(3)
    const one = { path: 'set/1.jpg', size: 1, modified: 1001 }
    const held: Record<string, Listed[]> = { old: [one], older: [one], other: [] }
    const found = await whereTo(files, ['other', 'old', 'older'], (name, group) => holding(held[name] ?? [])(group))
    expect([found?.upload, found?.plan.here]).toEqual(['old', 1])
    expect(await whereTo(files, ['other'], (_, group) => holding([])(group))).toBeNull()
  })
})

describe('inParts', () => {
  const file = new File([new Uint8Array(PART_BYTES * 2 + 10)], 'all.zip')
  const standing = (offset: number): Upload => ({ id: 3, path: 'all.zip', size: file.size, offset, result: null })
  const done: Upload = {
    ...standing(file.size),
    id: null,
    result: { path: 'all.zip', state: 'received', code: '', message: '' },
  }

  it('begins at the byte that the server holds, and believes it when it holds another', async () => {
    const sent: [number, number][] = []
    const result = await inParts(
      file,
      () => undefined,
      () => undefined,
      {
        begin: async () => standing(5),
        part: async (_, bytes, offset) => {
          sent.push([offset, bytes.size])
          if (offset === 5) throw new ApiError('wrong_offset', '', { status: 409, data: { offset: PART_BYTES } })
          return offset + bytes.size === file.size ? done : standing(offset + bytes.size)
        },
      },
    )
    expect(sent).toEqual([
      [5, PART_BYTES],
      [PART_BYTES, PART_BYTES],
      [PART_BYTES * 2, 10],
    ])
    expect(result.state).toBe('received')
  })

  it('sends nothing of a file that is there, and gives up where the server contradicts itself', async () => {
    const none = () => undefined
    const never = async () => expect.unreachable()
    expect(await inParts(file, none, none, { begin: async () => done, part: never })).toEqual(done.result)
    const wrong = new ApiError('wrong_offset', '', { status: 409, data: { offset: 0 } })
    const part = () => Promise.reject(wrong)
    await expect(inParts(file, none, none, { begin: async () => standing(0), part })).rejects.toBe(wrong)
  })
})
