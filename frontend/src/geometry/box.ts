/** Boxes as the whole of Fovea keeps them: `[x0, y0, x1, y1]`, 0-based, half-open, in pixels of the upright picture. */
import { clamp, type ImagePoint, type Size } from './points'

export type Box = readonly [x0: number, y0: number, x1: number, y1: number]

/** A box has at least a pixel each way; coordinates are kept to a hundredth. */
export const LEAST = 1
const PARTS = 100

export const width = (box: Box): number => box[2] - box[0]
export const height = (box: Box): number => box[3] - box[1]
export const area = (box: Box): number => Math.max(0, width(box)) * Math.max(0, height(box))

/** The box between two opposite corners, whichever they are. */
export function between(a: ImagePoint, b: ImagePoint): Box {
  return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)]
}

/** The smallest box that holds all points: the four extreme ones of a thing give its box. */
export function around(points: readonly ImagePoint[]): Box {
  const xs = points.map((point) => point.x)
  const ys = points.map((point) => point.y)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

export function contains(box: Box, point: ImagePoint): boolean {
  return point.x >= box[0] && point.x < box[2] && point.y >= box[1] && point.y < box[3]
}

/** Intersection over union; 0 where either is empty. */
export function iou(a: Box, b: Box): number {
  const across = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const down = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (across <= 0 || down <= 0) return 0
  const both = across * down
  return both / (area(a) + area(b) - both)
}

/** The part that lies on the picture. */
export function clip(box: Box, size: Size): Box {
  return [
    clamp(box[0], 0, size.width),
    clamp(box[1], 0, size.height),
    clamp(box[2], 0, size.width),
    clamp(box[3], 0, size.height),
  ]
}

/** As the server keeps it: on the picture, to a hundredth, at least a pixel each way; null where that cannot be. */
export function canonical(box: Box, size: Size): Box | null {
  if (!box.every(Number.isFinite)) return null
  const kept = clip(box, size).map((value) => Math.round(value * PARTS) / PARTS) as unknown as Box
  return width(kept) >= LEAST && height(kept) >= LEAST ? kept : null
}

/** Moved as a whole; at the picture's edge it stops and keeps its size. */
export function nudge(box: Box, dx: number, dy: number, size: Size): Box {
  const x = clamp(dx, -box[0], size.width - box[2])
  const y = clamp(dy, -box[1], size.height - box[3])
  return [box[0] + x, box[1] + y, box[2] + x, box[3] + y]
}

/** Which edges a handle takes along: -1 the left or upper one, 1 the right or lower one, 0 neither. */
export interface Handle {
  readonly x: -1 | 0 | 1
  readonly y: -1 | 0 | 1
}

/**
 * The edges of `handle` at the point `to`. Drawn across the opposite edge the box turns over; it never leaves the
 * picture and keeps a pixel each way.
 */
export function stretch(box: Box, handle: Handle, to: ImagePoint, size: Size): Box {
  const [x0, x1] = span(box[0], box[2], handle.x, clamp(to.x, 0, size.width), size.width)
  const [y0, y1] = span(box[1], box[3], handle.y, clamp(to.y, 0, size.height), size.height)
  return [x0, y0, x1, y1]
}

function span(low: number, high: number, edge: -1 | 0 | 1, to: number, end: number): [number, number] {
  if (edge === 0) return [low, high]
  const still = edge === 1 ? low : high
  const [from, until] = [Math.min(still, to), Math.max(still, to)]
  if (until - from >= LEAST) return [from, until]
  const start = clamp(edge === 1 ? still : still - LEAST, 0, end - LEAST)
  return [start, start + LEAST]
}

/** The far edges (right, lower) moved by so much: how the keyboard resizes. */
export function grow(box: Box, dx: number, dy: number, size: Size): Box {
  const x1 = clamp(box[2] + dx, box[0] + LEAST, size.width)
  const y1 = clamp(box[3] + dy, box[1] + LEAST, size.height)
  return [box[0], box[1], x1, y1]
}

/** From top to bottom, and from left to right where two begin at the same height. */
export function readingOrder(a: Box, b: Box): number {
  return a[1] - b[1] || a[0] - b[0]
}
