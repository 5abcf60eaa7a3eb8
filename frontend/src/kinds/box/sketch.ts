/** The boxes of one picture while somebody works on them: presses and keys in, marks and an answer out. */
import { area, type Box, canonical, contains } from '@/geometry/box'
import { cursorOf, handleAt, handlePoint, REACH } from '@/geometry/handles'
import { type Size, within } from '@/geometry/points'
import { type Edges, edgesOf } from '@/geometry/snap'
import { toImage } from '@/geometry/transform'
import type { Answer } from '@/store/desk'
import { Emitter } from '@/store/emitter'
import type { Beginning } from '../kind'
import type { Held, KeyPress, Mark, Pointing, Seen, Sketch } from '../sketch'
import { answerOf, givenBoxes, keptBoxes, proposedBoxes } from './answer'
import * as past from './boxes'
import { boxOf, type Gesture, moved, NO_GUIDES, pointed } from './gestures'
import { pressKey } from './hotkeys'
import { markOf, type Names, namesOf } from './marks'

export type Note = 'empty' | 'drawn' | 'noClass' | 'extreme' | 'aim'

const NOWHERE: Edges = { xs: [], ys: [] }

export class BoxSketch extends Emitter implements Sketch {
  still: readonly Mark[] = []
  held: Held | null = null
  turn = 0
  concept: number | null
  bare = false
  note: Note | null = null
  /** Shows only the box in hand. */
  hiding = false
  past: past.Past
  gesture: Gesture | null = null
  /** The box in hand was drawn a moment ago: a digit names the next one, not this one. */
  fresh = false
  private readonly names: Names
  /** One mark for each box as long as the box stays as it is: what is drawn can tell what is new. */
  private readonly marked = new WeakMap<past.DrawnBox, Mark>()
  private drawnFrom: { list: unknown; hand: unknown; hiding: boolean } | null = null
  private readonly untouched: past.Boxes
  private kept: { list: past.Boxes['list'] } | null = null

  constructor(
    readonly size: Size,
    { classes, proposal, given, kept, concept }: Omit<Beginning, 'size'>,
  ) {
    super()
    this.names = namesOf(classes)
    const live = classes.filter((entry) => !entry.archived)
    this.concept = live.find((entry) => entry.concept_id === concept)?.concept_id ?? live[0]?.concept_id ?? null
    this.untouched = given ? givenBoxes(given, size) : proposedBoxes(proposal, size)
    this.past = past.begin(this.untouched)
    const draft = keptBoxes(kept, size)
    if (draft) this.past = past.record(this.past, draft)
    this.refresh()
  }

  get boxes(): past.Boxes {
    return this.past.now
  }
  get hand(): past.DrawnBox | null {
    return past.find(this.boxes, this.boxes.selected)
  }
  get focus(): Box | null {
    return this.hand?.box ?? null
  }
  get drawing(): boolean {
    return this.gesture !== null
  }
  get canUndo(): boolean {
    return this.past.before.length > 0
  }
  get canRedo(): boolean {
    return this.past.after.length > 0
  }

  /** Applies a change as a step of its own, or as part of the one before with the same tag. */
  change(change: past.Change, tag: string | null = null): void {
    this.past = past.record(this.past, past.reduce(this.boxes, change), tag)
    this.note = null
    this.turned()
  }

  select(id: number | null): void {
    this.past = past.selecting(this.past, id)
    this.fresh = false
    this.turned()
  }

  grabs(how: Pointing): boolean {
    if (this.gesture) return true
    const hand = this.hand
    if (!hand || hand.locked) return false
    return this.handle(how) !== null || contains(hand.box, toImage(how.view, how.at))
  }

  press(how: Pointing): void {
    if (this.gesture?.do === 'aim') this.gesture = null
    if (this.gesture) return
    const at = toImage(how.view, how.at)
    const hand = how.shift ? null : this.hand // Shift draws whatever lies there already
    if (hand && !hand.locked) {
      const handle = this.handle(how)
      const start = { id: hand.id, start: hand.box, now: hand.box, moved: false, press: how.at, guides: NO_GUIDES }
      const edges = this.edges(hand.id)
      if (handle) {
        const edge = handlePoint(hand.box, handle)
        this.gesture = { do: 'stretch', handle, off: { x: edge.x - at.x, y: edge.y - at.y }, edges, ...start }
      } else if (!this.fresh && contains(hand.box, at)) this.gesture = { do: 'carry', from: at, edges, ...start }
    }
    if (!this.gesture) this.beginBox(how)
    this.told()
  }

  private beginBox(how: Pointing): void {
    const target = how.shift ? null : this.under(how)
    const edges = this.edges(null)
    const { point } = pointed(how, edges, this.size)
    this.past = past.selecting(this.past, null)
    this.fresh = false
    const start = { press: how.at, clicked: false, moved: false, guides: NO_GUIDES }
    this.gesture = { do: 'draw', from: point, to: point, target, edges, ...start }
  }

  move(how: Pointing): void {
    if (!this.gesture) return
    const next = moved(this.gesture, how, this.size)
    if (next === this.gesture) return
    this.gesture = next
    this.told()
  }

  release(how: Pointing): void {
    this.move(how)
    const gesture = this.gesture
    if (!gesture || gesture.do === 'aim') return
    if (gesture.do === 'extreme') this.clickExtreme(how, gesture)
    else if (gesture.do === 'draw') this.endBox(gesture)
    else {
      this.gesture = null
      if (gesture.moved) this.reshape(gesture.id, gesture.now)
      else this.told()
    }
  }

  private endBox(gesture: Extract<Gesture, { do: 'draw' }>): void {
    const box = gesture.moved ? boxOf(gesture) : null
    if (box) this.finish(box)
    else if (gesture.target !== null && !gesture.clicked) {
      this.gesture = null
      this.select(gesture.target)
    } else {
      // A click on nothing is the first of two: from now on the box follows the pointer.
      this.gesture = { ...gesture, clicked: true }
      this.told()
    }
  }

  private clickExtreme(how: Pointing, gesture: Extract<Gesture, { do: 'extreme' }>): void {
    const points = [...gesture.points, within(toImage(how.view, how.at), this.size)]
    const box = points.length === 4 ? boxOf({ do: 'extreme', points, at: null }) : null
    this.gesture = { do: 'extreme', points: box ? [] : points, at: null }
    if (box) this.add(box)
    else this.told()
  }

  /** The gesture ends with a box; one without a pixel each way is let go. */
  finish(box: Box): void {
    this.gesture = null
    this.note = null
    this.add(box)
  }

  private add(box: Box): void {
    const kept = canonical(box, this.size)
    if (this.concept === null) this.note = 'noClass'
    else if (kept) {
      this.change({ do: 'add', box: kept, concept: this.concept })
      this.fresh = true
    }
    this.told()
  }

  reshape(id: number, box: Box, tag: string | null = null): void {
    const kept = canonical(box, this.size)
    if (kept) this.change({ do: 'reshape', id, box: kept }, tag)
    else this.told()
  }

  cancel(): void {
    if (!this.gesture) return
    this.gesture = null
    this.note = null
    this.told()
  }

  hover(how: Pointing): string {
    const hand = this.hand
    if (this.gesture || !hand || hand.locked) return 'crosshair'
    const handle = this.handle(how)
    if (handle) return cursorOf(handle)
    return !this.fresh && contains(hand.box, toImage(how.view, how.at)) ? 'move' : 'crosshair'
  }

  private handle(how: Pointing) {
    const hand = this.hand
    if (!hand || hand.locked) return null
    return handleAt(hand.box, how.view, how.at, how.coarse ? REACH.coarse : REACH.fine)
  }

  /** The smallest box under the pointer: what lies inside another can be taken too. */
  private under(how: Pointing): number | null {
    const at = toImage(how.view, how.at)
    const hit = this.boxes.list.filter((each) => !each.locked && contains(each.box, at))
    return hit.sort((a, b) => area(a.box) - area(b.box))[0]?.id ?? null
  }

  private edges(but: number | null): Edges {
    if (this.hiding) return { ...NOWHERE, ...edgesOf([], this.size) }
    return edgesOf(
      this.boxes.list.filter((each) => each.id !== but).map((each) => each.box),
      this.size,
    )
  }

  key(press: KeyPress, seen: Seen): boolean {
    return pressKey(this, press, seen)
  }

  keyUp(press: KeyPress): void {
    if (this.bare && press.code === 'KeyV') this.show({ bare: false })
  }

  pick(concept: number): void {
    const hand = this.hand
    this.concept = concept
    if (hand && !this.fresh && hand.concept !== concept) this.change({ do: 'name', id: hand.id, concept })
    else this.turned()
  }

  rename(concept: number): void {
    const hand = this.hand
    if (hand && hand.concept !== concept) this.change({ do: 'name', id: hand.id, concept })
  }

  undo(): boolean {
    return this.step(past.undo)
  }

  redo(): boolean {
    return this.step(past.redo)
  }

  private step(by: (before: past.Past) => past.Past): boolean {
    const after = by(this.past)
    if (after === this.past) return false
    this.past = after
    this.gesture = null
    this.fresh = false
    this.note = null
    this.turned()
    return true
  }

  answer(): Answer | null {
    return answerOf(this.boxes)
  }

  object(why: 'empty' | 'drawn'): void {
    this.note = why
    this.turned()
  }

  keep(): unknown {
    const { list } = this.boxes
    if (list === this.untouched.list) return null
    if (this.kept?.list !== list) this.kept = { list }
    return this.kept
  }

  show(change: Partial<Pick<BoxSketch, 'bare' | 'hiding' | 'note' | 'gesture'>>): void {
    Object.assign(this, change)
    this.turned()
  }

  private turned(): void {
    this.turn += 1
    this.told()
  }

  private told(): void {
    this.refresh()
    this.emit()
  }

  /** Marks that lie still are made anew only when one of them, or what is in hand, became another. */
  private refresh(): void {
    const { list } = this.boxes
    const hand = this.hand
    const shown = { list, hand: hand?.id ?? null, hiding: this.hiding && hand !== null }
    const before = this.drawnFrom
    if (!before || before.list !== list || before.hand !== shown.hand || before.hiding !== shown.hiding) {
      const others = shown.hiding ? [] : list.filter((each) => each !== hand)
      this.still = others.map((each) => this.mark(each))
      this.drawnFrom = shown
    }
    this.held = this.inHand(hand)
  }

  private mark(drawn: past.DrawnBox): Mark {
    const known = this.marked.get(drawn) ?? markOf(drawn, this.names)
    this.marked.set(drawn, known)
    return known
  }

  private inHand(hand: past.DrawnBox | null): Held | null {
    const gesture = this.gesture
    if (!gesture && !hand) return null
    const box = gesture ? boxOf(gesture) : null
    const own = gesture?.do === 'stretch' || gesture?.do === 'carry'
    const named = own || !gesture ? hand : null
    const concept = named?.concept ?? this.concept ?? 0
    const shown = box ?? (gesture ? null : (hand?.box ?? null))
    const said = { concept, proposed: named?.proposed ?? false, score: named?.score ?? null }
    return {
      mark: shown && { ...markOf({ ...said, box: shown }, this.names) },
      handles: !gesture || own ? !(hand?.locked ?? true) : false,
      dots: gesture?.do === 'extreme' ? gesture.points : [],
      guides: gesture && 'guides' in gesture ? gesture.guides : NO_GUIDES,
      cross: gesture?.do === 'aim' ? gesture.at : null,
      loupe: gesture?.do === 'stretch' && gesture.moved ? handlePoint(gesture.now, gesture.handle) : null,
    }
  }
}

export function openSketch({ size, ...rest }: Beginning): Sketch {
  return new BoxSketch(size, rest)
}
