import { close, flat, memoryOf, type Pyramid, pyramidOf } from '@/canvas/pyramid'
import type { DeskPicture } from '@/store/desk'
import { NoSuchPicture, type PictureSource } from '@/store/pool'

/** A picture smaller than the stage is enlarged at most this much: more only shows its pixels. */
const ENLARGE = 12
/** A decoded picture is stretched at most this much, until one of the right size is there. */
export const STRETCH = 1.2

export interface Stage {
  /** In pixels of the screen, not of the page. */
  width: number
  height: number
}

/** The size at which a picture fills the stage without leaving it. */
export function fitted(picture: Stage, stage: Stage, most = ENLARGE): Stage {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, most)
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  }
}

/**
 * Fetches display renditions and decodes them off the main thread: at the size of the stage, or, to be zoomed into,
 * in all sizes.
 */
export function bitmapSource(stage: () => Stage, deep: boolean): PictureSource<Blob, Pyramid> {
  return {
    fetch: async (url) => {
      const reply = await fetch(url, { credentials: 'same-origin' })
      if (reply.status === 403 || reply.status === 404) throw new NoSuchPicture(url)
      if (!reply.ok) throw new Error(`${reply.status} for ${url}`)
      return reply.blob()
    },
    decode: async (bytes, image) =>
      deep
        ? pyramidOf(await createImageBitmap(bytes), image, filling(image, stage()), wholeOf(image))
        : flat(await createImageBitmap(bytes, resizing(image, stage())), image),
    size: memoryOf,
    close,
  }
}

/** Fetches the upright picture in its own resolution: the server has it beside the rendition. */
export function wholeOf(image: DeskPicture): () => Promise<ImageBitmap> {
  return async () => {
    const reply = await fetch(image.display.replace(/display$/, 'full'), { credentials: 'same-origin' })
    if (!reply.ok) throw new Error(`${reply.status} for picture ${image.id}`)
    return createImageBitmap(await reply.blob())
  }
}

/** Larger or smaller, all resampling is done while decoding, so that showing is a plain copy. */
function resizing(image: DeskPicture, stage: Stage): ImageBitmapOptions {
  if (stage.width === 0 || stage.height === 0) return {}
  const fit = fitted(image, stage)
  return { resizeWidth: fit.width, resizeHeight: fit.height, resizeQuality: 'high' }
}

/** The size at which the picture fills the stage; null while the stage has none. */
function filling(image: DeskPicture, stage: Stage): Stage | null {
  return stage.width === 0 || stage.height === 0 ? null : fitted(image, stage)
}

/** Draws the picture in the middle of the canvas; null clears it. */
export function paint(canvas: HTMLCanvasElement, picture: ImageBitmap | null): void {
  const context = canvas.getContext('2d')
  if (!context) return
  context.clearRect(0, 0, canvas.width, canvas.height)
  if (!picture) return
  const fit = fitted(picture, canvas, STRETCH)
  context.imageSmoothingQuality = 'high'
  const left = Math.round((canvas.width - fit.width) / 2)
  const top = Math.round((canvas.height - fit.height) / 2)
  context.drawImage(picture, left, top, fit.width, fit.height)
}
