/** The boxes of one picture as plain data: every change gives a new state, and the states before are kept for undo. */
import type { Box } from '@/geometry/box'
import { readingOrder } from '@/geometry/box'
import type { Flag } from '@/store/desk'

export interface DrawnBox {
  readonly id: number
  readonly concept: number
  readonly box: Box
  readonly flags: readonly Flag[]
  /** Which box of the proposal it began as. */
  readonly from: number | null
  /** Still as the machine, or the merge, said it: nobody has touched it. */
  readonly proposed: boolean
  readonly score: number | null
  /** Cannot be taken hold of. */
  readonly locked: boolean
}

export interface Boxes {
  /** Later ones lie above earlier ones. */
  readonly list: readonly DrawnBox[]
  readonly selected: number | null
  /** The id of the next box. */
  readonly next: number
}

export const NO_BOXES: Boxes = { list: [], selected: null, next: 1 }

export type Change =
  | { do: 'add'; box: Box; concept: number }
  | { do: 'reshape'; id: number; box: Box }
  | { do: 'name'; id: number; concept: number }
  | { do: 'flag'; id: number; flag: Flag }
  | { do: 'lock'; id: number }
  | { do: 'remove'; id: number }
  | { do: 'duplicate'; id: number; box: Box }
  | { do: 'order'; id: number; by: 1 | -1 }
  | { do: 'select'; id: number | null }

export function reduce(boxes: Boxes, change: Change): Boxes {
  switch (change.do) {
    case 'add':
      return added(boxes, { ...FRESH, concept: change.concept, box: change.box })
    case 'select':
      return { ...boxes, selected: change.id }
    case 'remove': {
      const list = boxes.list.filter((each) => each.id !== change.id)
      return { ...boxes, list, selected: boxes.selected === change.id ? null : boxes.selected }
    }
    case 'duplicate': {
      const twin = find(boxes, change.id)
      return twin ? added(boxes, { ...FRESH, concept: twin.concept, flags: twin.flags, box: change.box }) : boxes
    }
    case 'order':
      return reordered(boxes, change.id, change.by)
    case 'lock':
      return altered(boxes, change.id, (each) => ({ ...each, locked: !each.locked }))
    case 'reshape':
      return altered(boxes, change.id, (each) => ({ ...each, box: change.box, proposed: false }))
    case 'name':
      return altered(boxes, change.id, (each) => ({ ...each, concept: change.concept, proposed: false }))
    case 'flag':
      return altered(boxes, change.id, (each) => ({
        ...each,
        flags: toggled(each.flags, change.flag),
        proposed: false,
      }))
  }
}

const FRESH = { flags: [], from: null, proposed: false, score: null, locked: false } as const

function added(boxes: Boxes, fresh: Omit<DrawnBox, 'id'>): Boxes {
  return { list: [...boxes.list, { ...fresh, id: boxes.next }], selected: boxes.next, next: boxes.next + 1 }
}

function altered(boxes: Boxes, id: number, alter: (box: DrawnBox) => DrawnBox): Boxes {
  return { ...boxes, list: boxes.list.map((each) => (each.id === id ? alter(each) : each)) }
}

function reordered(boxes: Boxes, id: number, by: 1 | -1): Boxes {
  const at = boxes.list.findIndex((each) => each.id === id)
  const other = boxes.list[at + by]
  const own = boxes.list[at]
  if (!own || !other) return boxes
  const list = [...boxes.list]
  list[at] = other
  list[at + by] = own
  return { ...boxes, list }
}

function toggled(flags: readonly Flag[], flag: Flag): readonly Flag[] {
  return flags.includes(flag) ? flags.filter((each) => each !== flag) : [...flags, flag]
}

export function find(boxes: Boxes, id: number | null): DrawnBox | null {
  return boxes.list.find((each) => each.id === id) ?? null
}

/** From top to bottom and left to right: how Tab walks and how the list reads. */
export function inReadingOrder(boxes: Boxes): DrawnBox[] {
  return [...boxes.list].sort((a, b) => readingOrder(a.box, b.box) || a.id - b.id)
}

/** How far back undo goes within one picture. */
export const DEPTH = 500

export interface Past {
  readonly before: readonly Boxes[]
  readonly now: Boxes
  readonly after: readonly Boxes[]
  /** What the last change was, where another of the same belongs to the same step. */
  readonly tag: string | null
}

export const begin = (now: Boxes): Past => ({ before: [], now, after: [], tag: null })

/** Notes a change. Changes with the same tag, as the steps of an arrow key, are undone together. */
export function record(past: Past, now: Boxes, tag: string | null = null): Past {
  if (now === past.now) return past
  if (tag !== null && tag === past.tag) return { ...past, now, after: [] }
  return { before: [...past.before, past.now].slice(-DEPTH), now, after: [], tag }
}

/** What is taken in hand is no step of its own. */
export function selecting(past: Past, id: number | null): Past {
  return past.now.selected === id ? past : { ...past, now: { ...past.now, selected: id }, tag: null }
}

export function undo(past: Past): Past {
  const now = past.before.at(-1)
  return now ? { before: past.before.slice(0, -1), now, after: [past.now, ...past.after], tag: null } : past
}

export function redo(past: Past): Past {
  const [now, ...after] = past.after
  return now ? { before: [...past.before, past.now], now, after, tag: null } : past
}
