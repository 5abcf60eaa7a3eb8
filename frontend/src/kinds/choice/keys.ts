import type { Answer } from '@/store/desk'
import { classKeys } from '../classes/keys'
import type { ClassEntry, KeyPlan } from '../kind'

/** More classes than this are searched by name: their letters would no longer be remembered. */
export const KEYED = 20
/** Letters for the eleventh class and on, without those that mean something on the label and review pages. */
const LETTERS = [...'qwertyadfhzxcvmiop']
const NOTHING_KEPT: ReadonlySet<string> = new Set()
const NO_ANSWERS: KeyPlan['answers'] = new Map()

/** Up to twenty classes have a key that answers at once; beyond that letters open the search. */
export function planKeys(classes: readonly ClassEntry[], recent: readonly number[]): KeyPlan {
  const { keys, many } = classKeys(classes, recent, { letters: LETTERS, kept: NOTHING_KEPT, most: KEYED })
  const answers = new Map<string, Answer>()
  for (const [concept, key] of keys) answers.set(key, { choice: [concept] })
  return { answers, keys, taken: new Set(answers.keys()), searches: many ? 'all' : 'none' }
}

/** The same keys for classes that are ticked: none of them answers. */
export function planTicks(classes: readonly ClassEntry[], recent: readonly number[]): KeyPlan {
  return { ...planKeys(classes, recent), answers: NO_ANSWERS }
}
