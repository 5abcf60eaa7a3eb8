import { lazy } from 'react'
import type { Answer } from '@/store/desk'
import { TypeAhead } from '../classes/TypeAhead'
import type { ClassEntry, LabelKind } from '../kind'
import { Controls } from './Controls'
import { planKeys, planTicks } from './keys'

const used = (answer: Answer): readonly number[] => ('choice' in answer ? answer.choice : [])
const named = (answer: Answer, classes: readonly ClassEntry[]): ClassEntry[] => {
  const chosen = used(answer)
  return classes.filter((entry) => chosen.includes(entry.concept_id))
}

/** One class per picture: a key answers. */
export const choice: LabelKind = {
  name: 'choice',
  plan: planKeys,
  named,
  used,
  answerOf: (concept) => ({ choice: [concept] }),
  Controls,
  Search: TypeAhead,
  gathers: null,
  drawn: null,
}

/** Any number of classes per picture: keys tick them, Space hands them in. */
export const choices: LabelKind = {
  name: 'choices',
  plan: planTicks,
  named,
  used,
  answerOf: () => null,
  Controls: lazy(() => import('./Ticked')),
  Search: TypeAhead,
  gathers: { load: () => import('./ticks'), keys: 'keys.severalKeys' },
  drawn: null,
}
