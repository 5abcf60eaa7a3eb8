/** Where a box can be taken hold of. */
import type { Box, Handle } from './box'
import { distance, imagePoint, type ScreenPoint } from './points'
import { toScreen, type View } from './transform'

/** Diameter of a handle's reach on the stage: for a mouse or pen, and for a finger. */
export const REACH = { fine: 24, coarse: 44 } as const

export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
]

/** Where the middle of a handle lies in the picture. */
export function handlePoint(box: Box, handle: Handle) {
  const along = (low: number, high: number, edge: -1 | 0 | 1) => (edge < 0 ? low : edge > 0 ? high : (low + high) / 2)
  return imagePoint(along(box[0], box[2], handle.x), along(box[1], box[3], handle.y))
}

/**
 * The handle under a point of the stage: a corner within `reach / 2` first, then an edge along its whole length.
 * In a box too small for both, its middle third is left for moving it.
 */
export function handleAt(box: Box, view: View, at: ScreenPoint, reach: number): Handle | null {
  const low = toScreen(view, imagePoint(box[0], box[1]))
  const high = toScreen(view, imagePoint(box[2], box[3]))
  if (inCore(at.x, low.x, high.x) && inCore(at.y, low.y, high.y)) return null
  const half = reach / 2
  let best: Handle | null = null
  let near = half
  for (const handle of HANDLES.slice(0, 4)) {
    const away = distance(at, toScreen(view, handlePoint(box, handle)))
    if (away <= near) {
      best = handle
      near = away
    }
  }
  return best ?? edgeAt(low, high, at, half)
}

function inCore(at: number, low: number, high: number): boolean {
  const third = (high - low) / 3
  return at > low + third && at < high - third
}

function edgeAt(low: ScreenPoint, high: ScreenPoint, at: ScreenPoint, half: number): Handle | null {
  const across = at.x >= low.x && at.x <= high.x
  const down = at.y >= low.y && at.y <= high.y
  const reaches: [number, boolean, Handle][] = [
    [Math.abs(at.y - low.y), across, { x: 0, y: -1 }],
    [Math.abs(at.x - high.x), down, { x: 1, y: 0 }],
    [Math.abs(at.y - high.y), across, { x: 0, y: 1 }],
    [Math.abs(at.x - low.x), down, { x: -1, y: 0 }],
  ]
  const [first] = reaches.filter(([away, on]) => on && away <= half).sort((a, b) => a[0] - b[0])
  return first?.[2] ?? null
}

export function cursorOf(handle: Handle): string {
  if (handle.x === 0) return 'ns-resize'
  if (handle.y === 0) return 'ew-resize'
  return handle.x === handle.y ? 'nwse-resize' : 'nesw-resize'
}
