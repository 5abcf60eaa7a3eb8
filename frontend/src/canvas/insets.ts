/** Two small looks at the picture: all of it while one is deep inside, and the pixels under a handle. */
import type { ImagePoint, Size } from '@/geometry/points'
import { type View, visible, wholeOf } from '@/geometry/transform'
import { levelFor, type Pyramid } from './pyramid'

export const MAP_SIDE = 150
export const LOUPE_SIDE = 132
const LOUPE = 3
/** The map shows once the picture is so many times its fitted size. */
const DEEP = 3

/** True when the map has something to say. */
export function paintMap(canvas: HTMLCanvasElement, pyramid: Pyramid | null, view: View, stage: Size): boolean {
  if (!pyramid || view.scale < DEEP * wholeOf(pyramid.size, stage).scale) return false
  const scale = MAP_SIDE / Math.max(pyramid.size.width, pyramid.size.height)
  canvas.width = Math.round(pyramid.size.width * scale)
  canvas.height = Math.round(pyramid.size.height * scale)
  const context = canvas.getContext('2d')
  if (!context) return false
  context.drawImage(levelFor(pyramid, scale).bitmap, 0, 0, canvas.width, canvas.height)
  const [x0, y0, x1, y1] = visible(view, pyramid.size, stage)
  for (const [colour, wide] of [
    ['#000', 4],
    ['#fff', 2],
  ] as const) {
    context.strokeStyle = colour
    context.lineWidth = wide
    context.strokeRect(x0 * scale, y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale)
  }
  return true
}

/** The surroundings of a point, three times as large as on the stage. */
export function paintLoupe(canvas: HTMLCanvasElement, pyramid: Pyramid, at: ImagePoint, view: View): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const side = LOUPE_SIDE / (view.scale * LOUPE)
  const { bitmap, scale } = levelFor(pyramid, view.scale * LOUPE)
  context.clearRect(0, 0, LOUPE_SIDE, LOUPE_SIDE)
  context.imageSmoothingEnabled = view.scale * LOUPE < 4
  const [x, y] = [(at.x - side / 2) * scale, (at.y - side / 2) * scale]
  context.drawImage(bitmap, x, y, side * scale, side * scale, 0, 0, LOUPE_SIDE, LOUPE_SIDE)
  context.strokeStyle = '#fff'
  context.lineWidth = 1
  const half = LOUPE_SIDE / 2
  context.strokeRect(half - 0.5, 0, 0.01, LOUPE_SIDE)
  context.strokeRect(0, half - 0.5, LOUPE_SIDE, 0.01)
}
