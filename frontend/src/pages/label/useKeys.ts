import { useLayoutEffect, useRef } from 'react'
import type { KeyPlan } from '@/kinds/kind'
import { type Act, actFor, type Letters, type Press, pressOf } from './keys'

interface Listening<Said extends string> {
  /** False while a sheet or a search has the keyboard. */
  on: boolean
  plan: KeyPlan
  letters: Letters<Said>
  /** Gets each press before the page, as what is drawn does; true when it took it. */
  first?: Drawing | undefined
}

export interface Drawing {
  down: (press: Press) => boolean
  up: (press: Press) => void
  /** The page has lost the keyboard: a key that was held is let go of without being heard. */
  lost: () => void
}

/** Listens on the whole page, so that no key needs the focus to be anywhere. */
export function useKeys<Said extends string>(
  { on, plan, letters, first }: Listening<Said>,
  onAct: (act: Act<Said>) => void,
): void {
  const latest = useRef({ plan, letters, onAct, first })
  // With the page itself: a key pressed on what is just shown must find it.
  useLayoutEffect(() => {
    latest.current = { plan, letters, onAct, first }
  })
  useLayoutEffect(() => {
    if (!on) return
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const said = pressOf(event)
      const ours = !said.composing && !said.typing && latest.current.first?.down(said)
      const act = ours ? null : actFor(said, latest.current.plan, latest.current.letters)
      if (!act && !ours) return
      event.preventDefault()
      if (act) latest.current.onAct(act)
    }
    const lift = (event: KeyboardEvent) => latest.current.first?.up(pressOf(event))
    addEventListener('keydown', press)
    const lost = () => latest.current.first?.lost()
    addEventListener('keyup', lift)
    addEventListener('blur', lost)
    return () => {
      removeEventListener('keydown', press)
      removeEventListener('keyup', lift)
      removeEventListener('blur', lost)
    }
  }, [on])
}
