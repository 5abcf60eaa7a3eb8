import type { Answer } from '@/store/desk'
import type { ClassEntry, KeyPlan } from '../kind'

/** More classes than this are searched by name: their letters would no longer be remembered. */
export const KEYED = 20
export const SLOTS = 10
const DIGITS = [...'1234567890']
/** Letters for the eleventh class and on, without those that mean something on the label and review pages. */
const LETTERS = [...'qwertyadfhzxcvmiop']

/**
 * A class's own key wins. Up to twenty classes get digits, then letters; beyond that digits stand for the classes
 * used lately and letters open the search.
 */
export function planKeys(classes: readonly ClassEntry[], recent: readonly number[]): KeyPlan {
  const live = classes.filter((entry) => !entry.archived)
  const keys = new Map<number, string>()
  const taken = new Set<string>()
  for (const entry of live) {
    const own = entry.hotkey.toLowerCase()
    if (!/^[a-z0-9]$/.test(own) || taken.has(own)) continue
    keys.set(entry.concept_id, own)
    taken.add(own)
  }
  const searches = live.length > KEYED
  if (searches) giveSlots(keys, taken, live, recent)
  else giveInOrder(keys, taken, live)
  const answers = new Map<string, Answer>()
  for (const [concept, key] of keys) answers.set(key, { choice: [concept] })
  return { answers, keys, searches }
}

function giveInOrder(keys: Map<number, string>, taken: Set<string>, live: readonly ClassEntry[]): void {
  const free = [...DIGITS, ...LETTERS].filter((key) => !taken.has(key))
  for (const entry of live) {
    if (keys.has(entry.concept_id)) continue
    const key = free.shift()
    if (key) keys.set(entry.concept_id, key)
  }
}

function giveSlots(
  keys: Map<number, string>,
  taken: Set<string>,
  live: readonly ClassEntry[],
  recent: readonly number[],
): void {
  const known = new Set(live.map((entry) => entry.concept_id))
  recent.slice(0, SLOTS).forEach((concept, slot) => {
    const key = DIGITS[slot]
    if (key && known.has(concept) && !keys.has(concept) && !taken.has(key)) keys.set(concept, key)
  })
}
