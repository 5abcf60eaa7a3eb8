import { afterEach, describe, expect, it, vi } from 'vitest'
import { bitmapSource, fitted, paint, STRETCH } from './pictures'

const image = (width: number, height: number) => ({ id: 1, width, height, thumb: '', display: '' })

describe('pictures on the stage', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('fill it without leaving it, small ones enlarged within reason', () => {
    expect(fitted({ width: 4000, height: 3000 }, { width: 1200, height: 800 })).toEqual({ width: 1067, height: 800 })
    expect(fitted({ width: 32, height: 32 }, { width: 1200, height: 800 })).toEqual({ width: 384, height: 384 })
  })

  it('are decoded at the size of the stage, whole where the stage is not yet known', async () => {
    const decode = vi.fn(async () => ({ width: 1, height: 1, close: () => undefined }))
    vi.stubGlobal('createImageBitmap', decode)
    const bytes = new Blob(['x'])
    await bitmapSource(() => ({ width: 1200, height: 800 }), false).decode(bytes, image(4000, 3000))
    await bitmapSource(() => ({ width: 0, height: 0 }), false).decode(bytes, image(4000, 3000))
    expect(decode.mock.calls).toEqual([
      [bytes, { resizeWidth: 1067, resizeHeight: 800, resizeQuality: 'high' }],
      [bytes, {}],
    ])
  })

  it('are drawn in the middle, stretched a little at most', () => {
    const drawImage = vi.fn()
    const canvas = { width: 400, height: 400, getContext: () => ({ clearRect: () => undefined, drawImage }) }
    const picture = { width: 100, height: 50 } as ImageBitmap
    paint(canvas as unknown as HTMLCanvasElement, picture)
    const [width, height] = [100 * STRETCH, 50 * STRETCH]
    expect(drawImage).toHaveBeenCalledWith(picture, (400 - width) / 2, (400 - height) / 2, width, height)
  })
})
