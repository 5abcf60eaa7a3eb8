/** Where the picture lies on the stage: `screen = image * scale + offset`. */
import type { Box } from './box'
import { clamp, type ImagePoint, imagePoint, type ScreenPoint, type Size, screenPoint } from './points'

export interface View {
  /** Stage pixels per picture pixel. */
  readonly scale: number
  readonly x: number
  readonly y: number
}

export type Stage = Size

/** At most so many stage pixels per picture pixel; at the other end the picture is never smaller than half its fit. */
export const CLOSEST = 32
/** A small picture is enlarged at most so much when it is fitted: more only shows its pixels. */
export const ENLARGE = 12
/** At least so much of the picture, in stage pixels, stays in sight. */
const IN_SIGHT = 40

export function toScreen(view: View, point: ImagePoint): ScreenPoint {
  return screenPoint(point.x * view.scale + view.x, point.y * view.scale + view.y)
}

export function toImage(view: View, point: ScreenPoint): ImagePoint {
  return imagePoint((point.x - view.x) / view.scale, (point.y - view.y) / view.scale)
}

/** The whole picture in the middle of the stage. */
export function wholeOf(size: Size, stage: Stage): View {
  const scale = Math.max(1e-6, Math.min(stage.width / size.width, stage.height / size.height, ENLARGE))
  return centred(size, stage, scale, imagePoint(size.width / 2, size.height / 2))
}

/** At `scale`, with the point `at` of the picture in the middle of the stage. */
export function centred(size: Size, stage: Stage, scale: number, at: ImagePoint): View {
  return keepInSight({ scale, x: stage.width / 2 - at.x * scale, y: stage.height / 2 - at.y * scale }, size, stage)
}

/** Nearer or farther by `factor`, while the point of the picture under `at` stays where it is. */
export function zoomAt(view: View, at: ScreenPoint, factor: number, size: Size, stage: Stage): View {
  const least = Math.min(wholeOf(size, stage).scale, 1) / 2
  const scale = clamp(view.scale * factor, least, CLOSEST)
  const under = toImage(view, at)
  return keepInSight({ scale, x: at.x - under.x * scale, y: at.y - under.y * scale }, size, stage)
}

export function pan(view: View, dx: number, dy: number, size: Size, stage: Stage): View {
  return keepInSight({ ...view, x: view.x + dx, y: view.y + dy }, size, stage)
}

/** Close enough that the box fills about half the stage. */
export function zoomTo(box: Box, size: Size, stage: Stage): View {
  const across = stage.width / Math.max(1, box[2] - box[0])
  const down = stage.height / Math.max(1, box[3] - box[1])
  const scale = clamp(Math.min(across, down) / 2, wholeOf(size, stage).scale, CLOSEST)
  return centred(size, stage, scale, imagePoint((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
}

function keepInSight(view: View, size: Size, stage: Stage): View {
  return {
    scale: view.scale,
    x: clamp(view.x, IN_SIGHT - size.width * view.scale, stage.width - IN_SIGHT),
    y: clamp(view.y, IN_SIGHT - size.height * view.scale, stage.height - IN_SIGHT),
  }
}

/** The part of the picture that the stage shows. */
export function visible(view: View, size: Size, stage: Stage): Box {
  return [
    clamp(-view.x / view.scale, 0, size.width),
    clamp(-view.y / view.scale, 0, size.height),
    clamp((stage.width - view.x) / view.scale, 0, size.width),
    clamp((stage.height - view.y) / view.scale, 0, size.height),
  ]
}

/** How what was drawn under `before` must be scaled and moved so that it lies as under `after`. */
export function drift(before: View, after: View): { scale: number; x: number; y: number } {
  const scale = after.scale / before.scale
  return { scale, x: after.x - before.x * scale, y: after.y - before.y * scale }
}
