import { describe, expect, it, vi } from 'vitest'
import { Detail } from './detail'
import type { Pyramid } from './pyramid'

const bitmap = (width: number, close = vi.fn()) => ({ width, height: width, close }) as unknown as ImageBitmap
const SIZE = { width: 4000, height: 4000 }
function pyramid(whole: Pyramid['whole']): Pyramid {
  const levels = [2000, 1000].map((width) => ({ bitmap: bitmap(width), scale: width / SIZE.width }))
  return { size: SIZE, levels, whole }
}
const widths = (shown: Pyramid | null) => shown?.levels.map((level) => level.bitmap.width)
const settled = () => new Promise((done) => setTimeout(done, 0))

describe('the full resolution', () => {
  it('is fetched once, and only when the rendition has fewer pixels than the screen asks for', async () => {
    const told = vi.fn()
    const whole = vi.fn(async () => bitmap(4000))
    const detail = new Detail(told)
    detail.show(pyramid(whole))
    expect(widths(detail.at(0.5))).toEqual([2000, 1000])
    expect(whole).not.toHaveBeenCalled()
    detail.at(0.6)
    detail.at(2)
    await settled()
    expect(whole).toHaveBeenCalledTimes(1)
    expect(told).toHaveBeenCalledTimes(1)
    expect(widths(detail.at(0.2))).toEqual([4000, 2000, 1000])
  })

  it('is let go of with its picture, also when it comes too late', async () => {
    const [first, late] = [vi.fn(), vi.fn()]
    const detail = new Detail(() => undefined)
    detail.show(pyramid(async () => bitmap(4000, first)))
    detail.at(1)
    await settled()
    detail.show(pyramid(async () => bitmap(4000, late)))
    expect(first).toHaveBeenCalled()
    detail.at(1)
    const other = pyramid(null)
    detail.show(other)
    await settled()
    expect(late).toHaveBeenCalled()
    expect([detail.at(9), detail.state]).toEqual([other, 'none'])
  })

  it('that does not come leaves the rendition, and is not asked for again and again', async () => {
    const whole = vi.fn(async () => Promise.reject(new Error('404')))
    const detail = new Detail(() => undefined)
    detail.show(pyramid(whole))
    detail.at(1)
    await settled()
    expect(widths(detail.at(1))).toEqual([2000, 1000])
    expect([detail.state, whole.mock.calls.length]).toEqual(['failed', 1])
  })
})
