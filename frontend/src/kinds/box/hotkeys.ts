/** What each key does to the boxes of a picture. */
import { between, grow, nudge } from '@/geometry/box'
import { imagePoint, screenPoint, within } from '@/geometry/points'
import { toImage, visible } from '@/geometry/transform'
import type { Flag } from '@/store/desk'
import type { KeyPress, Seen } from '../sketch'
import { type DrawnBox, inReadingOrder } from './boxes'
import { aimed, type Gesture } from './gestures'
import type { BoxSketch } from './sketch'

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const FLAG_KEYS: Readonly<Record<string, Flag>> = { o: 'occluded', t: 'truncated', q: 'difficult' }
const FAR = 10
/** A copy lies so far from its original, in stage pixels, that both can be seen. */
const ASIDE = 12

/** True when the key was taken. */
export function pressKey(sketch: BoxSketch, press: KeyPress, seen: Seen): boolean {
  if (press.alt) return false
  if (sketch.gesture?.do === 'aim') return aim(sketch, sketch.gesture, press, seen)
  const arrow = ARROWS[press.key]
  if (arrow) return withArrow(sketch, arrow, press)
  if (press.ctrl) return false
  if (press.key === 'Tab') return !press.onControl && walk(sketch, press.shift ? -1 : 1)
  if (press.key === 'Escape') return leave(sketch)
  if (press.key === ' ' || press.key === 'Enter') return stopHalfBox(sketch)
  if (press.key === 'Delete' || press.key === 'Backspace') return remove(sketch)
  if (press.key === '[' || press.key === ']') return withHand(sketch, press.key)
  return press.repeat ? false : withLetter(sketch, letterOf(press), press, seen)
}

/** As typed where the layout is Latin, else by the place of the key. */
function letterOf({ key, code }: KeyPress): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase()
  return key === 'Process' ? '' : (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '')
}

function withLetter(sketch: BoxSketch, letter: string, press: KeyPress, seen: Seen): boolean {
  if (press.shift) return false
  if (letter === 'n') return beginAim(sketch, seen)
  if (letter === 'e') {
    const on = sketch.gesture?.do === 'extreme'
    sketch.show(
      on ? { gesture: null, note: null } : { gesture: { do: 'extreme', points: [], at: null }, note: 'extreme' },
    )
  } else if (letter === 'h') sketch.show({ hiding: !sketch.hiding })
  else if (letter === 'v') sketch.show({ bare: true })
  else if (letter === 'x') return remove(sketch)
  else if (letter in FLAG_KEYS || letter === 'd' || letter === 'l') return withHand(sketch, letter, seen)
  else return false
  return true
}

/** What is done to the box in hand; without one nothing happens, and the key is still no other command. */
function withHand(sketch: BoxSketch, key: string, seen?: Seen): boolean {
  const hand = sketch.hand
  if (!hand) return true
  const flag = FLAG_KEYS[key]
  if (flag) sketch.change({ do: 'flag', id: hand.id, flag })
  else if (key === 'l') sketch.change({ do: 'lock', id: hand.id })
  else if (key === '[' || key === ']') sketch.change({ do: 'order', id: hand.id, by: key === ']' ? 1 : -1 })
  else if (key === 'd') duplicate(sketch, hand, seen)
  return true
}

function duplicate(sketch: BoxSketch, hand: DrawnBox, seen?: Seen): void {
  const aside = ASIDE / (seen?.view.scale ?? 1)
  const moved = nudge(hand.box, aside, aside, sketch.size)
  // In the corner of the picture there is no room that way.
  const box =
    moved[0] === hand.box[0] && moved[1] === hand.box[1] ? nudge(hand.box, -aside, -aside, sketch.size) : moved
  sketch.change({ do: 'duplicate', id: hand.id, box })
}

function remove(sketch: BoxSketch): boolean {
  const hand = sketch.hand
  if (hand) {
    sketch.change({ do: 'remove', id: hand.id })
    sketch.fresh = false
  }
  return true
}

function withArrow(sketch: BoxSketch, [x, y]: readonly [number, number], press: KeyPress): boolean {
  const hand = sketch.hand
  if (!hand || sketch.gesture) return false
  if (hand.locked) return true
  const step = press.shift ? FAR : 1
  const reshape = press.ctrl ? grow : nudge
  sketch.reshape(
    hand.id,
    reshape(hand.box, x * step, y * step, sketch.size),
    `${press.ctrl ? 'grow' : 'nudge'} ${hand.id}`,
  )
  sketch.fresh = false
  return true
}

/** The next box in reading order; past the last one the key goes on to the page. */
function walk(sketch: BoxSketch, by: 1 | -1): boolean {
  const order = inReadingOrder(sketch.boxes)
  const at = order.findIndex((each) => each.id === sketch.boxes.selected)
  const next = at === -1 ? order.at(by === 1 ? 0 : -1) : order[at + by]
  if (sketch.gesture) sketch.show({ gesture: null, note: null })
  sketch.select(next?.id ?? null)
  return next !== undefined
}

function leave(sketch: BoxSketch): boolean {
  if (sketch.gesture) sketch.show({ gesture: null, note: null })
  else if (sketch.hand) sketch.select(null)
  else return false
  return true
}

/** Half a box is not handed in by accident: the key only lets go of it. */
function stopHalfBox(sketch: BoxSketch): boolean {
  if (!sketch.gesture || sketch.gesture.do === 'extreme') return false
  sketch.cancel()
  return true
}

function beginAim(sketch: BoxSketch, seen: Seen): boolean {
  const middle = toImage(seen.view, screenPoint(seen.stage.width / 2, seen.stage.height / 2))
  const at = within(imagePoint(Math.round(middle.x), Math.round(middle.y)), sketch.size)
  sketch.select(null)
  sketch.show({ gesture: { do: 'aim', at, first: null }, note: 'aim' })
  return true
}

/** A box by keyboard alone: arrows to a corner, Enter, arrows to the opposite one, Enter. */
function aim(sketch: BoxSketch, gesture: Extract<Gesture, { do: 'aim' }>, press: KeyPress, seen: Seen): boolean {
  const arrow = ARROWS[press.key]
  if (arrow) {
    const [x0, , x1] = visible(seen.view, sketch.size, seen.stage)
    const step = press.ctrl ? 1 : Math.max(1, Math.round((x1 - x0) / 50)) * (press.shift ? 5 : 1)
    sketch.show({ gesture: { ...gesture, at: aimed(gesture.at, arrow, step, sketch.size) } })
  } else if (press.key === 'Enter' || press.key === ' ') {
    if (gesture.first) sketch.finish(between(gesture.first, gesture.at))
    else sketch.show({ gesture: { ...gesture, first: gesture.at } })
  } else if (press.key === 'Escape') sketch.show({ gesture: null, note: null })
  else return false
  return true
}
