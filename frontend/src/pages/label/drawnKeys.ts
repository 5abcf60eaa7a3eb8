import { useLayoutEffect, useMemo, useRef } from 'react'
import type { Viewport } from '@/canvas/viewport'
import type { KeyPlan } from '@/kinds/kind'
import type { Gathering, Seen } from '@/kinds/sketch'
import { type Press, plainKey } from './keys'
import type { Drawing } from './useKeys'

const UNSEEN: Seen = { view: { scale: 1, x: 0, y: 0 }, stage: { width: 0, height: 0 } }
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta'])

/** What of a viewport the keys use. */
export type Looked = Pick<Viewport, 'seen' | 'key' | 'held'>

interface Parts {
  sketch: () => Gathering | null
  plan: () => KeyPlan
  looked: () => Looked | null
  /** Space was let go of without a drag. */
  accept: () => void
}

/**
 * Gives presses to the keys of classes, then to what is drawn, then to the picture. Space is decided when it is let go
 * of: while it is held a drag moves the picture. Another key pressed before that finds the answer given already.
 */
export function drawing({ sketch, plan, looked, accept }: Parts): Drawing {
  const settle = () => {
    const place = looked()
    const held = place?.held
    if (!place || !held) return
    place.held = null
    if (!held.moved) accept()
  }
  const space = (press: Press): boolean => {
    const place = looked()
    if (press.repeat) return place?.held != null
    if (press.onControl) return false
    if (sketch()?.key(press, place?.seen ?? UNSEEN)) return true
    if (!place || !sketch()) return false
    place.held = { moved: false }
    return true
  }
  return {
    down: (press) => {
      if (press.key === ' ' && !press.ctrl && !press.alt && !press.shift) return space(press)
      if (!MODIFIERS.has(press.key)) settle()
      const drawn = sketch()
      if (drawn && named(press, drawn, plan())) return true
      return drawn?.key(press, looked()?.seen ?? UNSEEN) || looked()?.key(press) || false
    },
    up: (press) => {
      if (press.key === ' ') settle()
      sketch()?.keyUp(press)
    },
    lost: () => {
      const place = looked()
      if (place) place.held = null
    },
  }
}

/** The keys of an answer on its way, and what takes the picture's viewport; Space ends in `onAccept`. */
export function useDrawnKeys(sketch: Gathering | null, plan: KeyPlan, onAccept: () => void) {
  const viewport = useRef<Viewport | null>(null)
  const latest = useRef({ sketch, plan, onAccept })
  // With the page itself: a key pressed on what is just shown must find it.
  useLayoutEffect(() => {
    latest.current = { sketch, plan, onAccept }
  })
  const keys = useMemo(
    () =>
      drawing({
        sketch: () => latest.current.sketch,
        plan: () => latest.current.plan,
        looked: () => viewport.current,
        accept: () => latest.current.onAccept(),
      }),
    [],
  )
  const onViewport = useMemo(
    () => (next: Viewport | null) => {
      viewport.current = next
    },
    [],
  )
  return { keys, onViewport }
}

/** The key of a class alone chooses it; a digit with Shift renames what is in hand. */
function named(press: Press, sketch: Gathering, plan: KeyPlan): boolean {
  if (press.ctrl || press.alt || press.repeat) return false
  const key = press.shift ? (/^Digit(\d)$/.exec(press.code)?.[1] ?? null) : plainKey(press)
  for (const [concept, own] of plan.keys) {
    if (own !== key) continue
    if (press.shift) sketch.rename(concept)
    else sketch.pick(concept)
    return true
  }
  return false
}
