/** A picture in several sizes, so that no zoom ever resamples all of it. */
import type { Size } from '@/geometry/points'

export interface Level {
  readonly bitmap: ImageBitmap
  /** Pixels of the bitmap per pixel of the picture. */
  readonly scale: number
}

export interface Pyramid {
  /** Of the upright picture, whatever the size of the rendition. */
  readonly size: Size
  /** Largest first; at least one. */
  readonly levels: readonly Level[]
  /** Fetches the picture in its own resolution; null where the levels have all of it. */
  readonly whole: (() => Promise<ImageBitmap>) | null
}

/** Halves are made down to an eighth of what was decoded. */
const HALVES = 3
const LEAST_SIDE = 64
/** A picture of more pixels than this is shown in its rendition only: decoded it would take more than half a gigabyte. */
const MOST_WHOLE = 150_000_000

/** One bitmap as it came: for pictures that are shown and not zoomed into. */
export function flat(bitmap: ImageBitmap, size: Size): Pyramid {
  return { size, levels: [{ bitmap, scale: bitmap.width / size.width }], whole: null }
}

/**
 * The bitmap with its halves down to one that fills `wanted` without resampling, and a small one for the map: browsers
 * resample on the page's own thread, so none is made that is hardly ever seen, and each from the one before. `whole`
 * fetches what the bitmap leaves out, where it is smaller than the picture.
 */
export async function pyramidOf(
  bitmap: ImageBitmap,
  size: Size,
  wanted: Size | null,
  whole: () => Promise<ImageBitmap>,
): Promise<Pyramid> {
  const sizes: number[] = []
  for (let half = 1; half <= HALVES; half += 1) {
    const width = Math.round(bitmap.width / 2 ** half)
    const seen = half === HALVES || width > (wanted?.width ?? 0)
    if (seen && Math.min(bitmap.width, bitmap.height) >> half >= LEAST_SIDE) sizes.push(width)
  }
  if (wanted && wanted.width < bitmap.width) sizes.push(wanted.width)
  const made = [bitmap]
  for (const width of [...new Set(sizes)].sort((a, b) => b - a)) {
    const resizeHeight = Math.max(1, Math.round((width * bitmap.height) / bitmap.width))
    const from = made.at(-1) as ImageBitmap
    made.push(await createImageBitmap(from, { resizeWidth: width, resizeHeight, resizeQuality: 'high' }))
  }
  const levels = made.map((each) => ({ bitmap: each, scale: each.width / size.width }))
  const less = bitmap.width < size.width && size.width * size.height <= MOST_WHOLE
  return { size, levels, whole: less ? whole : null }
}

/** The smallest level that still has a pixel for each pixel of the screen, but for a rest; the largest where none has. */
export function levelFor(pyramid: Pyramid, scale: number): Level {
  const enough = pyramid.levels.filter((level) => level.bitmap.width > scale * pyramid.size.width - 1)
  return (enough.at(-1) ?? pyramid.levels[0]) as Level
}

export function memoryOf(pyramid: Pyramid): number {
  return pyramid.levels.reduce((sum, { bitmap }) => sum + bitmap.width * bitmap.height * 4, 0)
}

export function close(pyramid: Pyramid): void {
  for (const { bitmap } of pyramid.levels) bitmap.close()
}
