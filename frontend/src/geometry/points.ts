/** Points of two spaces that must never be mixed: pixels of the upright picture, and pixels of the page's stage. */

declare const space: unique symbol

export interface ImagePoint {
  readonly x: number
  readonly y: number
  readonly [space]: 'image'
}

export interface ScreenPoint {
  readonly x: number
  readonly y: number
  readonly [space]: 'screen'
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const imagePoint = (x: number, y: number): ImagePoint => ({ x, y }) as ImagePoint
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x, y }) as ScreenPoint

export function distance(a: ScreenPoint, b: ScreenPoint): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

export function middle(a: ScreenPoint, b: ScreenPoint): ScreenPoint {
  return screenPoint((a.x + b.x) / 2, (a.y + b.y) / 2)
}

/** The nearest point that lies on the picture. */
export function within(point: ImagePoint, size: Size): ImagePoint {
  return imagePoint(clamp(point.x, 0, size.width), clamp(point.y, 0, size.height))
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
