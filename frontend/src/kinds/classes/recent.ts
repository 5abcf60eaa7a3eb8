import { SLOTS } from './keys'

/**
 * Slots that keep their place, so that fingers can learn them: a class that has a slot stays in it, a new one takes a
 * free slot or that of the class used longest ago.
 */
export interface Recent {
  slots: readonly number[]
  /** Newest first. */
  order: readonly number[]
}

export const NONE: Recent = { slots: [], order: [] }

export function use(recent: Recent, concept: number): Recent {
  const order = [concept, ...recent.order.filter((other) => other !== concept)].slice(0, SLOTS)
  if (recent.slots.includes(concept)) return { slots: recent.slots, order }
  if (recent.slots.length < SLOTS) return { slots: [...recent.slots, concept], order }
  const oldest = recent.slots.find((slot) => !order.includes(slot))
  return { slots: recent.slots.map((slot) => (slot === oldest ? concept : slot)), order }
}
