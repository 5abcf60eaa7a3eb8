import type { Answer } from '@/store/desk'
import { classColour } from '@/theme/colours'
import type { ClassEntry } from '../kind'
import type { Mark } from '../sketch'
import type { DrawnBox } from './boxes'

export type Names = ReadonlyMap<number, ClassEntry>

export const namesOf = (classes: readonly ClassEntry[]): Names =>
  new Map(classes.map((entry) => [entry.concept_id, entry]))

const percent = (share: number) => `${Math.round(share * 100)}%`

export function markOf(drawn: Pick<DrawnBox, 'concept' | 'box' | 'proposed' | 'score'>, names: Names): Mark {
  const entry = names.get(drawn.concept)
  const name = entry?.name ?? '?'
  return {
    box: drawn.box,
    text: drawn.proposed && drawn.score !== null ? `${name} ${percent(drawn.score)}` : name,
    colour: classColour(entry?.index ?? 7, entry?.color),
    tentative: drawn.proposed,
  }
}

/** The boxes of an answer as they lie over its picture. */
export function marksOf(answer: Answer, classes: readonly ClassEntry[]): Mark[] {
  if (!('boxes' in answer)) return []
  const names = namesOf(classes)
  return answer.boxes.map(({ concept, box, score, confidence }) => {
    const sure = score ?? confidence ?? null
    const mark = markOf({ concept, box, proposed: false, score: null }, names)
    return sure === null ? mark : { ...mark, text: `${mark.text} ${percent(sure)}` }
  })
}
