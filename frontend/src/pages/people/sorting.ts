import type { Person } from '@/api/types'

export const COLUMNS = ['name', 'votes', 'speed', 'agreement', 'gold', 'active', 'state'] as const
export type Column = (typeof COLUMNS)[number]
export interface Order {
  by: Column
  descending: boolean
}

const FIGURE: Record<Exclude<Column, 'name'>, (one: Person) => number | null> = {
  votes: (one) => one.votes,
  speed: (one) => one.median_ms,
  agreement: (one) => one.agreement.value,
  gold: (one) => one.gold.value,
  active: (one) => Date.parse(one.last_active),
  state: (one) => (one.pause ? 1 : 0),
}

/** A second choice of the same heading turns the order round; figures begin with the largest, names with A. */
export function chosenNext(order: Order, by: Column): Order {
  return order.by === by ? { by, descending: !order.descending } : { by, descending: by !== 'name' }
}

/** People in this order; those without a figure stand last either way, equal ones by their name. */
export function sorted(people: readonly Person[], { by, descending }: Order, language: string): Person[] {
  const sign = descending ? -1 : 1
  const named = (a: Person, b: Person) => a.name.localeCompare(b.name, language) || a.user_id - b.user_id
  if (by === 'name') return [...people].sort((a, b) => sign * named(a, b))
  const figure = FIGURE[by]
  return [...people].sort((a, b) => {
    const [one, other] = [figure(a), figure(b)]
    if (one === null || other === null) return Number(one === null) - Number(other === null) || named(a, b)
    return sign * (one - other) || named(a, b)
  })
}
