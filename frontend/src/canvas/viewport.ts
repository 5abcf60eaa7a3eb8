/** The stage of one picture: what is drawn where, all of it once per frame and nothing of it through React. */
import { type ScreenPoint, type Size, screenPoint } from '@/geometry/points'
import { centred, drift, pan, toImage, toScreen, type View, wholeOf, zoomAt, zoomTo } from '@/geometry/transform'
import type { KeyPress, Mark, Seen, Sketch } from '@/kinds/sketch'
import { Emitter } from '@/store/emitter'
import { Detail } from './detail'
import { Hand } from './hand'
import { LOUPE_SIDE, paintLoupe, paintMap } from './insets'
import { AS_IS, exponentOf, type Light, lighter, lightFilter } from './light'
import { MarksLayer, SLICE } from './marks'
import { type Place, paintPicture } from './paint'
import type { Pyramid } from './pyramid'

export interface Layers {
  stage: HTMLElement
  /** Holds the two canvases: scaled as one while a gesture lasts. */
  stack: HTMLElement
  picture: HTMLCanvasElement
  marks: HTMLCanvasElement
  hand: SVGSVGElement
  /** The two lines of the cross-hair. */
  across: HTMLElement
  down: HTMLElement
  map: HTMLCanvasElement
  loupe: HTMLCanvasElement
  /** The SVG filter for gamma: its three channels. */
  gamma: SVGFilterElement
}

/** A drawing that was scaled instead of drawn anew is made sharp after so long without another turn. */
const SETTLE_MS = 120
const NEARER = 1.25
const STEP = 60
const NONE: readonly Mark[] = []

export class Viewport extends Emitter {
  view: View = { scale: 1, x: 0, y: 0 }
  stage: Size = { width: 0, height: 0 }
  ratio = 1
  light: Light = AS_IS
  sketch: Sketch | null = null
  pyramid: Pyramid | null = null
  /** Runs before each frame: moves of the pointer that came since the last. */
  beforeFrame: () => void = () => undefined
  /** The key that makes a drag move the picture: held, and whether it has moved it since. */
  held: { moved: boolean } | null = null
  private of: Size | null = null
  private behind: readonly Mark[] = NONE
  private pointer: ScreenPoint | null = null
  private drawn: View = this.view
  private stale = { picture: true, marks: true }
  private frame = 0
  /** A gesture goes on, or has just ended. */
  private turning = false
  private settling: ReturnType<typeof setTimeout> | undefined
  private offSketch: () => void = () => undefined
  private readonly hand: Hand
  private readonly marks: MarksLayer
  private readonly detail = new Detail(() => {
    this.stale.picture = true
    this.later()
  })

  constructor(private readonly layers: Layers) {
    super()
    this.hand = new Hand(layers.hand)
    this.marks = new MarksLayer(layers.marks)
  }

  get seen(): Seen {
    return { view: this.view, stage: this.stage }
  }

  /** Takes the size of the page's element; the picture is fitted anew. */
  measure(): boolean {
    const { layers } = this
    const { stage, picture, marks } = layers
    const size = { width: stage.clientWidth, height: stage.clientHeight }
    const ratio = devicePixelRatio || 1
    if (size.width === this.stage.width && size.height === this.stage.height && ratio === this.ratio) return false
    this.stage = size
    this.ratio = ratio
    for (const canvas of [picture, marks]) {
      canvas.width = Math.round(size.width * ratio)
      canvas.height = Math.round(size.height * ratio)
    }
    this.whole()
    // A canvas that changed its size is empty: the picture is filled in this very frame.
    this.marks.forget(this.place)
    layers.stack.style.transform = 'none'
    this.drawPicture()
    this.stale.marks = true
    return true
  }

  /** Another picture, at once: drawn before this returns, without the marks of the one before. */
  show(pyramid: Pyramid | null): void {
    this.pyramid = pyramid
    this.detail.show(pyramid)
    // A picture that was decoded anew, or was missing for a while, keeps its marks and its place.
    if (pyramid && pyramid.size !== this.of) {
      this.of = pyramid.size
      // What was drawn on the picture before is not shown on this one.
      if (this.sketch?.size !== pyramid.size) this.follow(null, NONE)
      this.view = wholeOf(pyramid.size, this.stage)
      this.marks.forget(this.place)
    }
    this.stale = { picture: true, marks: true }
    this.sharpen()
    this.told()
  }

  /** What is worked on, and what lies faintly behind it. */
  follow(sketch: Sketch | null, behind: readonly Mark[]): void {
    this.offSketch()
    this.sketch = sketch
    this.behind = behind
    this.stale.marks = true
    this.offSketch = sketch?.subscribe(() => this.later()) ?? (() => undefined)
    this.later()
  }

  /** Where the pointer is, for the cross-hair; null when it left. */
  point(at: ScreenPoint | null): void {
    this.pointer = at
    this.later()
  }

  zoom(at: ScreenPoint, factor: number): void {
    if (this.pyramid) this.turn(zoomAt(this.view, at, factor, this.pyramid.size, this.stage))
  }

  pan(dx: number, dy: number): void {
    if (this.pyramid) this.turn(pan(this.view, dx, dy, this.pyramid.size, this.stage))
  }

  whole(): void {
    if (this.pyramid) this.turn(wholeOf(this.pyramid.size, this.stage))
  }

  /** One pixel of the picture on one of the screen, around what is in the middle. */
  full(): void {
    if (!this.pyramid) return
    const middle = toImage(this.view, screenPoint(this.stage.width / 2, this.stage.height / 2))
    this.turn(centred(this.pyramid.size, this.stage, 1 / this.ratio, middle))
  }

  toFocus(): boolean {
    const focus = this.sketch?.focus
    if (focus && this.pyramid) this.turn(zoomTo(focus, this.pyramid.size, this.stage))
    return Boolean(focus)
  }

  setLight(light: Light): void {
    this.light = light
    const { gamma, picture } = this.layers
    for (const channel of gamma.querySelectorAll('[exponent]')) {
      channel.setAttribute('exponent', String(exponentOf(light)))
    }
    picture.style.filter = lightFilter(light, gamma.id)
    this.told()
  }

  /** The keys of looking; true when it was one. */
  key(press: KeyPress): boolean {
    if (press.ctrl || press.alt || press.onControl) return false
    const middle = screenPoint(this.stage.width / 2, this.stage.height / 2)
    const letter = press.key.toLowerCase()
    const arrows: Record<string, [number, number]> = {
      ArrowLeft: [STEP, 0],
      ArrowRight: [-STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    }
    const arrow = arrows[press.key]
    if (letter === 'f' && !press.shift) this.whole()
    else if (letter === 'z' && !press.shift) this.full()
    else if (press.key === '+' || press.key === '=') this.zoom(middle, NEARER)
    else if (press.key === '-' || press.key === '_') this.zoom(middle, 1 / NEARER)
    else if (press.code === 'Comma' || press.code === 'Period') {
      this.setLight(lighter(this.light, press.shift ? 'contrast' : 'brightness', press.code === 'Period' ? 1 : -1))
    } else if (arrow && this.zoomed) this.pan(...arrow)
    else return false
    return true
  }

  /** True when part of the picture is out of sight. */
  private get zoomed(): boolean {
    return this.pyramid !== null && this.view.scale > wholeOf(this.pyramid.size, this.stage).scale * 1.01
  }

  stop(): void {
    this.offSketch()
    cancelAnimationFrame(this.frame)
    clearTimeout(this.settling)
    this.detail.show(null)
  }

  private turn(view: View): void {
    this.view = view
    this.turning = true
    clearTimeout(this.settling)
    this.settling = setTimeout(() => {
      this.turning = false
      this.stale = { picture: true, marks: true }
      this.later()
      this.told()
    }, SETTLE_MS)
    this.later()
  }

  private told(): void {
    this.emit()
  }

  private later(): void {
    if (this.frame !== 0) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      this.beforeFrame()
      this.draw()
    })
  }

  private draw(): void {
    if (this.marksNow() !== this.marks.marks) this.stale.marks = true
    const settled = this.view === this.drawn || this.stale.picture
    // While a gesture lasts the last drawing is only scaled, unless a mark of it became another.
    const waits = this.turning && this.marksNow().length > SLICE
    if (waits || (!settled && !this.stale.marks) || !this.sharpen()) this.adrift()
    this.drawHand()
  }

  /** What was drawn for an earlier view, scaled and moved to where it lies now. */
  private adrift(): void {
    const { scale, x, y } = drift(this.drawn, this.view)
    this.layers.stack.style.transform = `translate(${x}px, ${y}px) scale(${scale})`
  }

  private drawHand(): void {
    const held = this.sketch?.bare || !this.pyramid ? null : (this.sketch?.held ?? null)
    this.hand.draw(held, this.view, this.stage)
    const { across, down, loupe } = this.layers
    const cross = held?.cross ? toScreen(this.view, held.cross) : this.pointer
    across.hidden = down.hidden = cross === null
    if (cross) {
      across.style.transform = `translateY(${Math.round(cross.y)}px)`
      down.style.transform = `translateX(${Math.round(cross.x)}px)`
    }
    loupe.hidden = !held?.loupe || !this.pyramid
    const pyramid = this.detail.at(0)
    if (!held?.loupe || !pyramid) return
    const at = toScreen(this.view, held.loupe)
    const aside = at.x > this.stage.width / 2 ? -LOUPE_SIDE - 30 : 30
    loupe.style.transform = `translate(${at.x + aside}px, ${Math.max(4, at.y - LOUPE_SIDE - 20)}px)`
    paintLoupe(loupe, pyramid, held.loupe, this.view)
  }

  private mixed: { still: readonly Mark[]; behind: readonly Mark[]; all: readonly Mark[] } | null = null

  private marksNow(): readonly Mark[] {
    if (!this.pyramid) return NONE
    const still = this.sketch?.bare ? NONE : (this.sketch?.still ?? NONE)
    if (this.behind.length === 0) return still
    if (this.mixed?.still !== still || this.mixed.behind !== this.behind) {
      this.mixed = { still, behind: this.behind, all: this.sketch?.bare ? NONE : [...this.behind, ...still] }
    }
    return this.mixed.all
  }

  private get place(): Place {
    return { view: this.view, stage: this.stage, ratio: this.ratio }
  }

  /** Draws what is stale for this view; false as long as the marks need more frames: then all stays as it was. */
  private sharpen(): boolean {
    const moved = this.view !== this.drawn
    if (moved || this.stale.marks) {
      this.stale.marks = !this.marks.begin(this.marksNow(), this.place)
      if (this.stale.marks) {
        this.later()
        return false
      }
    }
    if (moved) this.layers.stack.style.transform = 'none'
    if (moved || this.stale.picture) this.drawPicture()
    return true
  }

  private drawPicture(): void {
    const { stage, picture, map } = this.layers
    const context = picture.getContext('2d')
    if (context) paintPicture(context, this.detail.at(this.view.scale * this.ratio), this.place)
    stage.dataset.detail = this.detail.state
    map.hidden = !paintMap(map, this.pyramid, this.view, this.stage)
    this.drawn = this.view
    this.stale.picture = false
  }
}
