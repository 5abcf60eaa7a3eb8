/** What is probably a slip: boxes too small to be meant, far too long, or drawn twice. */
import { height, iou, width } from '@/geometry/box'
import type { DrawnBox } from './boxes'

export type Warning = 'tiny' | 'long' | 'double'

/** Less than this across or down, in pixels of the picture. */
export const TINY = 4
export const LONG = 20
/** Two boxes of one class that share more than this are one thing drawn twice. */
export const TWIN = 0.9

/** The warnings of each box that has any, by its id. */
export function warningsOf(list: readonly DrawnBox[]): ReadonlyMap<number, readonly Warning[]> {
  const found = new Map<number, Warning[]>()
  const warn = (id: number, warning: Warning) => {
    const before = found.get(id)
    if (!before) found.set(id, [warning])
    else if (!before.includes(warning)) before.push(warning)
  }
  for (const { id, box } of list) {
    const [across, down] = [width(box), height(box)]
    if (across < TINY || down < TINY) warn(id, 'tiny')
    else if (Math.max(across / down, down / across) > LONG) warn(id, 'long')
  }
  for (const [a, b] of twins(list)) {
    warn(a, 'double')
    warn(b, 'double')
  }
  return found
}

/** Pairs are looked for among boxes that begin close to each other: twins share nearly all of their width. */
function twins(list: readonly DrawnBox[]): [number, number][] {
  const pairs: [number, number][] = []
  const sorted = [...list].sort((a, b) => a.box[0] - b.box[0])
  sorted.forEach((left, place) => {
    const last = left.box[0] + (1 - TWIN) * width(left.box) + 1e-9
    for (let at = place + 1; at < sorted.length; at += 1) {
      const right = sorted[at] as DrawnBox
      if (right.box[0] > last) break
      if (left.concept === right.concept && iou(left.box, right.box) > TWIN) pairs.push([left.id, right.id])
    }
  })
  return pairs
}
