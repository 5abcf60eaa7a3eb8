import type { Answer } from '@/store/desk'
import { TypeAhead } from '../classes/TypeAhead'
import type { ClassEntry, LabelKind } from '../kind'
import { Controls } from './Controls'
import { DRAWING, HELP, planKeys } from './keys'
import { marksOf } from './marks'

const used = (answer: Answer): readonly number[] => ('boxes' in answer ? answer.boxes.map((each) => each.concept) : [])

/** Any number of boxes, each of one class; what draws them is fetched when somebody draws. */
export const box: LabelKind = {
  name: 'box',
  plan: planKeys,
  named: (answer: Answer, classes: readonly ClassEntry[]) => {
    const concepts = new Set(used(answer))
    return classes.filter((entry) => concepts.has(entry.concept_id))
  },
  used,
  answerOf: () => null,
  Controls,
  Search: TypeAhead,
  gathers: { load: () => import('./drawing'), keys: 'keys.drawnKeys' },
  drawn: { marks: marksOf, help: HELP, letters: DRAWING },
}
