/** What a hand is doing at this moment: plain data, and what each step makes of it. */
import { around, type Box, between, type Handle, nudge, stretch } from '@/geometry/box'
import { type ImagePoint, imagePoint, type ScreenPoint, type Size, within } from '@/geometry/points'
import { type Edges, snapMove, snapPoint } from '@/geometry/snap'
import { toImage } from '@/geometry/transform'
import type { Pointing } from '../sketch'

/** Edges draw a point to them from this far, in pixels of the stage. */
export const SNAP = 6
/** A press that moves less than this is a click. */
export const CLICK = 4

export interface Guides {
  readonly x: number | null
  readonly y: number | null
}
export const NO_GUIDES: Guides = { x: null, y: null }

export type Gesture =
  | {
      do: 'draw'
      from: ImagePoint
      to: ImagePoint
      press: ScreenPoint
      clicked: boolean
      target: number | null
      moved: boolean
      edges: Edges
      guides: Guides
    }
  | {
      do: 'stretch'
      id: number
      handle: Handle
      /** From the pointer to the edge that it took hold of: an edge must not jump to the pointer. */
      off: { x: number; y: number }
      start: Box
      now: Box
      moved: boolean
      press: ScreenPoint
      edges: Edges
      guides: Guides
    }
  | {
      do: 'carry'
      id: number
      from: ImagePoint
      start: Box
      now: Box
      moved: boolean
      press: ScreenPoint
      edges: Edges
      guides: Guides
    }
  | { do: 'extreme'; points: readonly ImagePoint[]; at: ImagePoint | null }
  | { do: 'aim'; at: ImagePoint; first: ImagePoint | null }

/** A point of the picture under the pointer, on an edge near it unless Alt forbids. */
export function pointed(
  how: Pointing,
  edges: Edges,
  size: Size,
  off = { x: 0, y: 0 },
): { point: ImagePoint; guides: Guides } {
  const under = toImage(how.view, how.at)
  const point = within(imagePoint(under.x + off.x, under.y + off.y), size)
  if (how.alt) return { point, guides: NO_GUIDES }
  const snapped = snapPoint(point, edges, SNAP / how.view.scale)
  return { point: snapped.point, guides: { x: snapped.x, y: snapped.y } }
}

/** The gesture after the pointer moved. */
export function moved(gesture: Gesture, how: Pointing, size: Size): Gesture {
  if (gesture.do === 'aim') return gesture
  if (gesture.do === 'extreme') return { ...gesture, at: within(toImage(how.view, how.at), size) }
  const went = gesture.moved || Math.hypot(how.at.x - gesture.press.x, how.at.y - gesture.press.y) >= CLICK
  if (!went && !(gesture.do === 'draw' && gesture.clicked)) return gesture
  if (gesture.do === 'carry') return carried({ ...gesture, moved: went }, how, size)
  const { point, guides } = pointed(how, gesture.edges, size, gesture.do === 'stretch' ? gesture.off : undefined)
  if (gesture.do === 'draw') return { ...gesture, to: point, guides, moved: went }
  const now = stretch(gesture.start, gesture.handle, point, size)
  const shown = { x: gesture.handle.x === 0 ? null : guides.x, y: gesture.handle.y === 0 ? null : guides.y }
  return { ...gesture, now, guides: shown, moved: went }
}

function carried(gesture: Extract<Gesture, { do: 'carry' }>, how: Pointing, size: Size): Gesture {
  const to = toImage(how.view, how.at)
  const now = nudge(gesture.start, to.x - gesture.from.x, to.y - gesture.from.y, size)
  if (how.alt) return { ...gesture, now, guides: NO_GUIDES }
  const pull = snapMove(now, gesture.edges, SNAP / how.view.scale)
  return { ...gesture, now: nudge(now, pull.dx, pull.dy, size), guides: { x: pull.x, y: pull.y } }
}

/** The box that a gesture shows, if it shows one. */
export function boxOf(gesture: Gesture): Box | null {
  if (gesture.do === 'stretch' || gesture.do === 'carry') return gesture.now
  if (gesture.do === 'draw') return gesture.moved || gesture.clicked ? between(gesture.from, gesture.to) : null
  if (gesture.do === 'aim') return gesture.first ? between(gesture.first, gesture.at) : null
  const points = gesture.at ? [...gesture.points, gesture.at] : gesture.points
  return gesture.points.length > 0 ? around(points) : null
}

/** How far an arrow key moves the aim: a fiftieth of what is in sight, a pixel with Ctrl, five times as far with Shift. */
export function aimed(at: ImagePoint, arrow: readonly [number, number], step: number, size: Size): ImagePoint {
  return within(imagePoint(at.x + arrow[0] * step, at.y + arrow[1] * step), size)
}
