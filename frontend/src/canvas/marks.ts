/**
 * The layer of the marks that lie still. Many marks are drawn in slices on a canvas out of sight and shown when all of
 * them are there, so that no frame has to wait for thousands of boxes; until then the drawing before stays.
 */
import type { View } from '@/geometry/transform'
import type { Mark } from '@/kinds/sketch'
import { addMarks, clear, faintFirst, type Place, paintMarks } from './paint'

/** So many marks are drawn at once; with no more than these there is nothing to slice. */
export const SLICE = 100
/** In one frame slices follow each other for so long. */
const BUDGET_MS = 8

/** The marks that are new, and whether any of those before has gone or changed its place among the others. */
export function difference(before: readonly Mark[], now: readonly Mark[]): { added: Mark[]; grown: boolean } {
  const known = new Set(before)
  const grown = before.length <= now.length && before.every((mark, place) => now[place] === mark)
  return { added: now.filter((mark) => !known.has(mark)), grown }
}

interface Work {
  marks: readonly Mark[]
  ordered: readonly Mark[]
  place: Place
  done: number
}

export class MarksLayer {
  /** What is to be seen, and where it lay when it was drawn. */
  marks: readonly Mark[] = []
  view: View | null = null
  private work: Work | null = null
  private readonly front: CanvasRenderingContext2D | null
  private readonly back: CanvasRenderingContext2D | null

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.front = canvas.getContext('2d')
    // Drawn by the processor: a slice is finished when its call returns, and not all of them together at the end.
    this.back = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  }

  /** Begins to draw these marks there; true when they are to be seen already. */
  begin(marks: readonly Mark[], place: Place, now = () => performance.now()): boolean {
    if (this.work?.marks === marks && this.work.place.view === place.view) return this.goOn(now)
    this.work = null
    if (!this.front) return true
    if (marks.length <= SLICE) {
      paintMarks(this.front, marks, place)
      return this.shown(marks, place)
    }
    if (place.view === this.view) {
      const { added, grown } = difference(this.marks, marks)
      if (added.length <= SLICE) addMarks(this.front, added, place)
      if (grown && added.length <= SLICE) return this.shown(marks, place)
    }
    this.work = { marks, ordered: [...marks].sort(faintFirst), place, done: 0 }
    this.clean(place)
    return this.goOn(now)
  }

  /** Empties the layer at once: the next marks are those of another picture or of another size of the stage. */
  forget(place: Place): void {
    this.work = null
    this.view = null
    this.marks = []
    if (this.front) clear(this.front, place)
  }

  /** Draws slices until all are there or this frame has had its share. */
  private goOn(now: () => number): boolean {
    const { work, front, back } = this
    if (!work || !front || !back) return true
    const until = now() + BUDGET_MS
    while (work.done < work.ordered.length) {
      addMarks(back, work.ordered.slice(work.done, work.done + SLICE), work.place)
      back.getImageData(0, 0, 1, 1)
      work.done += SLICE
      if (now() >= until && work.done < work.ordered.length) return false
    }
    clear(front, work.place)
    front.drawImage(back.canvas, 0, 0)
    return this.shown(work.marks, work.place)
  }

  private clean(place: Place): void {
    if (!this.back) return
    const { canvas } = this.back
    if (canvas.width !== this.canvas.width) canvas.width = this.canvas.width
    if (canvas.height !== this.canvas.height) canvas.height = this.canvas.height
    clear(this.back, place)
  }

  private shown(marks: readonly Mark[], place: Place): true {
    this.work = null
    this.marks = marks
    this.view = place.view
    return true
  }
}
