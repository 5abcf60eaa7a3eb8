/** Edges that a moving edge is drawn to: those of the picture and of the other boxes. */
import type { Box } from './box'
import { type ImagePoint, imagePoint, type Size } from './points'

export interface Edges {
  /** Ascending. */
  readonly xs: readonly number[]
  readonly ys: readonly number[]
}

export interface Snapped {
  readonly point: ImagePoint
  /** The edge that each coordinate was drawn to, if any. */
  readonly x: number | null
  readonly y: number | null
}

export function edgesOf(boxes: readonly Box[], size: Size): Edges {
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b)
  return {
    xs: sorted([0, size.width, ...boxes.flatMap((box) => [box[0], box[2]])]),
    ys: sorted([0, size.height, ...boxes.flatMap((box) => [box[1], box[3]])]),
  }
}

/** The value of an ascending list nearest to `value`, if it lies within `reach`. */
export function nearest(sorted: readonly number[], value: number, reach: number): number | null {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const half = (low + high) >> 1
    if ((sorted[half] as number) < value) low = half + 1
    else high = half
  }
  let best: number | null = null
  for (const found of [sorted[low - 1], sorted[low]]) {
    if (found === undefined || Math.abs(found - value) > reach) continue
    if (best === null || Math.abs(found - value) < Math.abs(best - value)) best = found
  }
  return best
}

/** The point, each coordinate on the nearest edge within `reach` picture pixels. */
export function snapPoint(point: ImagePoint, edges: Edges, reach: number): Snapped {
  const x = nearest(edges.xs, point.x, reach)
  const y = nearest(edges.ys, point.y, reach)
  return { point: imagePoint(x ?? point.x, y ?? point.y), x, y }
}

/** How far a box must move further so that one of its edges each way lies on an edge within `reach`. */
export function snapMove(box: Box, edges: Edges, reach: number): { dx: number; dy: number } & Omit<Snapped, 'point'> {
  const x = pull([box[0], box[2]], edges.xs, reach)
  const y = pull([box[1], box[3]], edges.ys, reach)
  return { dx: x.by, dy: y.by, x: x.to, y: y.to }
}

function pull(own: readonly number[], edges: readonly number[], reach: number): { by: number; to: number | null } {
  let best: { by: number; to: number | null } = { by: 0, to: null }
  for (const edge of own) {
    const to = nearest(edges, edge, reach)
    if (to !== null && (best.to === null || Math.abs(to - edge) < Math.abs(best.by))) best = { by: to - edge, to }
  }
  return best
}
