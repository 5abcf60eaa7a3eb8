import { useMemo, useRef } from 'react'
import type { Viewport } from '@/canvas/viewport'
import type { KeyPlan } from '@/kinds/kind'
import type { Seen, Sketch } from '@/kinds/sketch'
import { type Press, plainKey } from './keys'
import type { Drawing } from './useKeys'

const UNSEEN: Seen = { view: { scale: 1, x: 0, y: 0 }, stage: { width: 0, height: 0 } }

/** Gives presses to the keys of classes, then to what is drawn, then to the picture; and takes the picture's viewport. */
export function useDrawnKeys(sketch: Sketch | null, plan: KeyPlan) {
  const viewport = useRef<Viewport | null>(null)
  const keys = useMemo((): Drawing => {
    const drawn = (press: Press) =>
      sketch?.key(press, viewport.current?.seen ?? UNSEEN) || viewport.current?.key(press) || false
    return {
      down: (press) => (sketch !== null && named(press, sketch, plan)) || drawn(press),
      up: (press) => sketch?.keyUp(press),
    }
  }, [sketch, plan])
  const onViewport = useMemo(
    () => (next: Viewport | null) => {
      viewport.current = next
    },
    [],
  )
  return { keys, onViewport }
}

/** The key of a class alone chooses what is drawn; a digit with Shift renames what is in hand. */
function named(press: Press, sketch: Sketch, plan: KeyPlan): boolean {
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
