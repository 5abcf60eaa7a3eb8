/**
 * Presses on the stage: a mouse or pen draws, a finger pans, two fingers pinch; the wheel zooms at the pointer. While a
 * pen is down, fingers are a resting palm and do nothing.
 */
import { distance, middle, type ScreenPoint, screenPoint } from '@/geometry/points'
import type { Pointing } from '@/kinds/sketch'
import type { Viewport } from './viewport'

/** A finger that moves less than this taps. */
const TAP = 10
const DOUBLE_TAP_MS = 320
const LINE = 16
const WHEEL = 0.0018
/** Browsers tell a pinch on a touch pad as a wheel with Ctrl, in smaller numbers. */
const PAD = 0.012

type Doing = 'draw' | 'pan' | 'pinch' | null

export class Pointers {
  /** A finger draws too, as on a tablet without a pen. */
  fingerDraws = false
  private doing: Doing = null
  private down = new Map<number, ScreenPoint>()
  /** The pen that is down. */
  private pen: number | null = null
  private start: ScreenPoint | null = null
  private tapping = false
  private tapped = { at: 0, where: screenPoint(0, 0) }
  private move: PointerEvent | null = null
  private offs: (() => void)[] = []

  constructor(
    private readonly stage: HTMLElement,
    private readonly viewport: Viewport,
  ) {
    this.listen('pointerdown', (event) => this.pressed(event))
    this.listen('pointermove', (event) => this.moved(event))
    this.listen('pointerup', (event) => this.released(event))
    this.listen('pointercancel', (event) => this.lost(event))
    this.listen('pointerleave', () => this.viewport.point(null))
    this.listen('contextmenu', (event) => event.preventDefault())
    this.listen('dblclick', () => void this.viewport.toFocus())
    this.listen('wheel', (event) => this.wheeled(event), { passive: false })
    viewport.beforeFrame = () => this.flush()
  }

  stop(): void {
    for (const off of this.offs) off()
  }

  private listen<Name extends keyof HTMLElementEventMap>(
    name: Name,
    act: (event: HTMLElementEventMap[Name]) => void,
    options: AddEventListenerOptions = {},
  ): void {
    const onStage = (event: HTMLElementEventMap[Name]) => {
      // Buttons and messages that lie over the picture keep their own presses.
      if (event.target instanceof Element && event.target.closest('[data-over]')) return
      act(event)
    }
    this.stage.addEventListener(name, onStage, options)
    this.offs.push(() => this.stage.removeEventListener(name, onStage))
  }

  private at(event: MouseEvent): ScreenPoint {
    const place = this.stage.getBoundingClientRect()
    return screenPoint(event.clientX - place.left, event.clientY - place.top)
  }

  private how(event: PointerEvent, at = this.at(event)): Pointing {
    const coarse = event.pointerType === 'touch'
    return { at, view: this.viewport.view, coarse, alt: event.altKey, shift: event.shiftKey }
  }

  private pressed(event: PointerEvent): void {
    event.preventDefault()
    const finger = event.pointerType === 'touch'
    if (finger && this.pen !== null) return
    if (event.pointerType === 'pen') this.penned(event.pointerId)
    this.stage.setPointerCapture?.(event.pointerId)
    const at = this.at(event)
    this.down.set(event.pointerId, at)
    if (finger && this.down.size > 1) {
      if (this.doing === 'draw') this.viewport.sketch?.cancel()
      this.doing = 'pinch'
      this.tapping = false
      return
    }
    this.start = at
    this.tapping = finger
    const sketch = this.viewport.sketch
    const { held } = this.viewport
    if (held) held.moved = true
    const draws = sketch && !held && (finger ? this.fingerDraws || sketch.grabs(this.how(event)) : event.button === 0)
    this.doing = draws ? 'draw' : 'pan'
    if (draws && !this.tapping) sketch.press(this.how(event))
  }

  /** Fingers that were down before are the hand that holds the pen. */
  private penned(pen: number): void {
    this.pen = pen
    if (this.down.size > 0) this.viewport.sketch?.cancel()
    this.down.clear()
  }

  private moved(event: PointerEvent): void {
    if (event.pointerType === 'touch' && !this.down.has(event.pointerId)) return
    const at = this.at(event)
    const before = this.down.get(event.pointerId)
    if (before && this.doing === 'pinch') {
      this.pinched(event.pointerId, before, at)
      return
    }
    if (before && this.start && this.tapping && distance(at, this.start) > TAP) {
      // Not a tap after all: what it does begins where the finger came down.
      this.tapping = false
      if (this.doing === 'draw') this.viewport.sketch?.press(this.how(event, this.start))
    }
    if (before) this.down.set(event.pointerId, at)
    if (before && this.doing === 'pan' && !this.tapping) this.viewport.pan(at.x - before.x, at.y - before.y)
    this.move = event
    this.viewport.point(event.pointerType === 'touch' ? null : at)
  }

  /** The last move of a frame stands for all of them. */
  private flush(): void {
    const event = this.move
    const sketch = this.viewport.sketch
    this.move = null
    if (!event || !sketch) return
    if (this.doing === null || (this.doing === 'draw' && !this.tapping)) sketch.move(this.how(event))
    if (this.doing === null) this.stage.style.cursor = this.viewport.held ? 'grab' : sketch.hover(this.how(event))
    if (this.doing === 'pan') this.stage.style.cursor = 'grabbing'
  }

  private pinched(id: number, before: ScreenPoint, at: ScreenPoint): void {
    const other = [...this.down].find(([each]) => each !== id)?.[1]
    this.down.set(id, at)
    if (!other) return
    const [was, is] = [middle(before, other), middle(at, other)]
    this.viewport.pan(is.x - was.x, is.y - was.y)
    const spread = distance(before, other)
    if (spread > 0) this.viewport.zoom(is, distance(at, other) / spread)
  }

  private released(event: PointerEvent): void {
    const known = this.down.delete(event.pointerId)
    if (event.pointerId === this.pen) this.pen = null
    if (!known) return
    const sketch = this.viewport.sketch
    this.move = null
    if (this.tapping && sketch) this.tap(event)
    else if (this.doing === 'draw') sketch?.release(this.how(event))
    if (this.down.size === 0) this.doing = null
    this.tapping = false
  }

  private tap(event: PointerEvent): void {
    const how = this.how(event)
    const again = event.timeStamp - this.tapped.at < DOUBLE_TAP_MS && distance(how.at, this.tapped.where) < 3 * TAP
    this.tapped = { at: again ? 0 : event.timeStamp, where: how.at }
    if (again) {
      this.viewport.sketch?.cancel()
      if (!this.viewport.toFocus()) this.viewport.whole()
      return
    }
    const sketch = this.viewport.sketch
    sketch?.press(how)
    sketch?.release(how)
  }

  private lost(event: PointerEvent): void {
    if (event.pointerId === this.pen) this.pen = null
    // A finger that did not count, beside a pen, takes nothing away when it goes.
    if (!this.down.delete(event.pointerId)) return
    if (this.doing === 'draw') this.viewport.sketch?.cancel()
    this.doing = null
    this.tapping = false
  }

  private wheeled(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === 1 ? LINE : 1
    if (event.shiftKey && !event.ctrlKey) {
      this.viewport.pan(-(event.deltaX || event.deltaY) * unit, event.deltaX ? -event.deltaY * unit : 0)
      return
    }
    this.viewport.zoom(this.at(event), Math.exp(-event.deltaY * unit * (event.ctrlKey ? PAD : WHEEL)))
  }
}
