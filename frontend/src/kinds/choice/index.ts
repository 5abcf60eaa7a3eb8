import type { Answer } from '@/store/desk'
import { TypeAhead } from '../classes/TypeAhead'
import type { ClassEntry, LabelKind } from '../kind'
import { Controls } from './Controls'
import { planKeys } from './keys'

/** One class per picture, or several where the project allows it. */
export const choice: LabelKind = {
  name: 'choice',
  plan: planKeys,
  named: (answer: Answer, classes: readonly ClassEntry[]) => {
    if (!('choice' in answer)) return []
    return classes.filter((entry) => answer.choice.includes(entry.concept_id))
  },
  used: (answer: Answer) => ('choice' in answer ? answer.choice : []),
  answerOf: (concept) => ({ choice: [concept] }),
  Controls,
  Search: TypeAhead,
  drawn: null,
}
