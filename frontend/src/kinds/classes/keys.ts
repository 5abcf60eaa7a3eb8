import type { ClassEntry } from '../kind'

export const SLOTS = 10
const DIGITS = [...'1234567890']
export interface KeyRules {
  /** For the eleventh class and on, in this order. */
  letters: readonly string[]
  /** Letters that no class may have for its own, because the kind needs them. */
  kept: ReadonlySet<string>
  /** More classes than this are searched by name. */
  most: number
}

export interface ClassKeys {
  keys: Map<number, string>
  /** True when there are more classes than can have a key. */
  many: boolean
}

/**
 * A class's own key wins. The others get digits, then letters; where there are too many for that, digits stand for
 * the classes used lately.
 */
export function classKeys(classes: readonly ClassEntry[], recent: readonly number[], rules: KeyRules): ClassKeys {
  const live = classes.filter((entry) => !entry.archived)
  const keys = new Map<number, string>()
  const taken = new Set<string>(rules.kept)
  for (const entry of live) {
    const own = entry.hotkey.toLowerCase()
    if (!/^[a-z0-9]$/.test(own) || taken.has(own)) continue
    keys.set(entry.concept_id, own)
    taken.add(own)
  }
  const many = live.length > rules.most
  if (many) giveSlots(keys, taken, live, recent)
  else giveInOrder(keys, taken, live, rules.letters)
  return { keys, many }
}

function giveInOrder(
  keys: Map<number, string>,
  taken: Set<string>,
  live: readonly ClassEntry[],
  letters: readonly string[],
): void {
  const free = [...DIGITS, ...letters].filter((key) => !taken.has(key))
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
