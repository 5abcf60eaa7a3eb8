import { describe, expect, it, vi } from 'vitest'
import { screenPoint } from '@/geometry/points'
import { wholeOf, zoomAt } from '@/geometry/transform'
import { paintPicture } from './paint'
import type { Pyramid } from './pyramid'

const bitmap = (width: number, height: number) => ({ width, height }) as ImageBitmap
const size = { width: 1600, height: 1200 }
const stage = { width: 1041, height: 777 }
const full = bitmap(1600, 1200)
const filling = bitmap(1036, 777)
const pyramid: Pyramid = {
  size,
  levels: [full, filling].map((each) => ({ bitmap: each, scale: each.width / size.width })),
  whole: null,
}

function painted(view = wholeOf(size, stage)): unknown[] {
  const drawImage = vi.fn()
  const context = { drawImage, clearRect: () => undefined, setTransform: () => undefined }
  paintPicture(context as unknown as CanvasRenderingContext2D, pyramid, { view, stage, ratio: 1 })
  expect(drawImage).toHaveBeenCalledTimes(1)
  return drawImage.mock.calls[0] as unknown[]
}

describe('a picture on the stage', () => {
  it('is copied as it was decoded where all of it is seen, on whole pixels', () => {
    expect(painted()).toEqual([filling, 3, 0])
  })

  it('is cut out and resampled where one looks closer, also when the part has as many pixels as the whole', () => {
    const closer = zoomAt(wholeOf(size, stage), screenPoint(0, 0), 1 / wholeOf(size, stage).scale, size, stage)
    const [drawn, x, y, wide, tall, , , width, height] = painted(closer)
    expect(drawn).toBe(full)
    expect([x, y, wide, tall].every((each) => typeof each === 'number')).toBe(true)
    expect([width, height]).toEqual([wide, tall])
    expect(wide as number).toBeLessThan(1600)
  })
})
