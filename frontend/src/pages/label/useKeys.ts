import { useEffect, useRef } from 'react'
import type { KeyPlan } from '@/kinds/kind'
import { type Act, actFor, type Letters, pressOf } from './keys'

interface Listening<Said extends string> {
  /** False while a sheet or a search has the keyboard. */
  on: boolean
  plan: KeyPlan
  letters: Letters<Said>
}

/** Listens on the whole page, so that no key needs the focus to be anywhere. */
export function useKeys<Said extends string>(
  { on, plan, letters }: Listening<Said>,
  onAct: (act: Act<Said>) => void,
): void {
  const latest = useRef(onAct)
  useEffect(() => {
    latest.current = onAct
  })
  useEffect(() => {
    if (!on) return
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const act = actFor(pressOf(event), plan, letters)
      if (!act) return
      event.preventDefault()
      latest.current(act)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [on, plan, letters])
}
