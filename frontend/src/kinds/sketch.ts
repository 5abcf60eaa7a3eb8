/** An answer that is put together piece by piece, and what the canvas knows of one that is drawn: marks that lie
 * still, the one in hand, and where presses go. */
import type { Box } from '@/geometry/box'
import type { ImagePoint, ScreenPoint, Size } from '@/geometry/points'
import type { View } from '@/geometry/transform'
import type { Answer } from '@/store/desk'

/** One thing over a picture, in pixels of the picture. */
export interface Mark {
  readonly box: Box
  readonly text: string
  readonly colour: string
  /** Not yet anybody's word: dashed. */
  readonly tentative: boolean
  /** Drawn faintly, below the others, without a text. */
  readonly faint?: boolean
}

/** What moves with the pointer: drawn apart from the rest, so that nothing else has to be drawn anew. */
export interface Held {
  readonly mark: Mark | null
  /** Shows handles. */
  readonly handles: boolean
  /** Points clicked so far. */
  readonly dots: readonly ImagePoint[]
  /** Edges that it is drawn to. */
  readonly guides: { readonly x: number | null; readonly y: number | null }
  /** Where the keyboard is about to set a corner. */
  readonly cross: ImagePoint | null
  /** The point under the magnifier while an edge is pulled. */
  readonly loupe: ImagePoint | null
}

export interface Pointing {
  at: ScreenPoint
  view: View
  /** A finger: larger reaches. */
  coarse: boolean
  alt: boolean
  shift: boolean
}

export interface KeyPress {
  key: string
  code: string
  shift: boolean
  ctrl: boolean
  alt: boolean
  repeat: boolean
  /** The focus is on a button, a link or a list, to which some keys belong. */
  onControl: boolean
}

/** What of the picture is in sight while a key is pressed. */
export interface Seen {
  view: View
  stage: Size
}

/** An answer on its way, for one task. */
export interface Gathering {
  subscribe: (listener: () => void) => () => void
  /** Counts every change of what will be handed in; not the moves in between. */
  readonly turn: number
  readonly canUndo: boolean
  readonly canRedo: boolean

  /** True when the key was taken. */
  key: (press: KeyPress, seen: Seen) => boolean
  keyUp: (press: KeyPress) => void
  /** A class chosen from the chips, the search or by digit. */
  pick: (concept: number) => void
  /** The class of what is in hand, and of nothing else. */
  rename: (concept: number) => void
  /** The class that the next piece gets. */
  readonly concept: number | null
  undo: () => boolean
  redo: () => boolean

  /** The whole answer with all suggestions that remain; null when there is nothing in it. */
  answer: () => Answer | null
  /** Says inline why it was not handed in: nothing is in it, or something is although nothing should be. */
  object: (why: 'empty' | 'drawn') => void
  /** What must outlive the page, the same object until it changes; null when nothing was done yet. */
  keep: () => unknown
}

/** One that is drawn on the picture. */
export interface Sketch extends Gathering {
  /** Of the picture that it lies on: the very object that the picture came with. */
  readonly size: Size
  /** A new list whenever something in it changed. */
  readonly still: readonly Mark[]
  readonly held: Held | null
  /** The box that a zoom to the selection goes to. */
  readonly focus: Box | null
  /** True while a press, or the first of two clicks, is being drawn. */
  readonly drawing: boolean
  /** Hides everything drawn, to see the picture itself. */
  readonly bare: boolean

  /** Whether a press there takes hold of something; a finger's press that does not pans. */
  grabs: (how: Pointing) => boolean
  press: (how: Pointing) => void
  move: (how: Pointing) => void
  release: (how: Pointing) => void
  /** A press that turned out to be something else, as two fingers do. */
  cancel: () => void
  /** The pointer without a press: the mouse pointer's shape there. */
  hover: (how: Pointing) => string
}

/** The one that lies on the picture, where it is drawn. */
export function drawnOf(gathering: Gathering | null): Sketch | null {
  return gathering && 'still' in gathering ? (gathering as Sketch) : null
}
