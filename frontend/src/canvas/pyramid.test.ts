import { afterEach, describe, expect, it, vi } from 'vitest'
import { close, flat, levelFor, memoryOf, pyramidOf } from './pyramid'

const closed: number[] = []
const bitmap = (width: number, height: number) =>
  ({ width, height, close: () => closed.push(width) }) as unknown as ImageBitmap
const whole = async () => bitmap(4000, 3000)

describe('the pyramid', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('holds halves down to the size of the stage and an eighth, and gives the smallest that is sharp enough', async () => {
    vi.stubGlobal('createImageBitmap', async (_: unknown, to: { resizeWidth: number; resizeHeight: number }) =>
      bitmap(to.resizeWidth, to.resizeHeight),
    )
    const pyramid = await pyramidOf(
      bitmap(2048, 1536),
      { width: 4000, height: 3000 },
      { width: 900, height: 675 },
      whole,
    )
    expect(pyramid.whole).toBe(whole)
    expect(pyramid.levels.map((level) => level.bitmap.width)).toEqual([2048, 1024, 900, 256])
    const at = (scale: number) => levelFor(pyramid, scale).bitmap.width
    expect([at(3), at(0.512), at(0.3), at(0.25), at(0.225), at(0.13), at(0.01)]).toEqual([
      2048, 2048, 2048, 1024, 900, 900, 256,
    ])
    expect(at(675.4 / 3000), 'a stage of a fraction of a pixel more').toBe(900)
    expect(memoryOf(pyramid)).toBe(4 * (2048 * 1536 + 1024 * 768 + 900 * 675 + 256 * 192))
    close(pyramid)
    expect(closed.sort((a, b) => a - b)).toEqual([256, 900, 1024, 2048])
  })

  it('makes no halves of what is small already, and has nothing left to fetch', async () => {
    const pyramid = await pyramidOf(bitmap(100, 90), { width: 100, height: 90 }, { width: 900, height: 810 }, whole)
    expect(pyramid).toEqual(flat(pyramid.levels[0]?.bitmap as ImageBitmap, { width: 100, height: 90 }))
  })
})
