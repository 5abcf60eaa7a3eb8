import type { BoxClass } from '@/api/boxScores'

export const COLUMNS = ['name', 'map50', 'map', 'count', 'pictures'] as const
export type Column = (typeof COLUMNS)[number]
export interface Order {
  by: Column
  descending: boolean
}

/** A second choice of the same heading turns the order round; numbers begin with the largest, names with A. */
export function chosenNext(order: Order, by: Column): Order {
  return order.by === by ? { by, descending: !order.descending } : { by, descending: by !== 'name' }
}

/** Classes in this order; those without a figure stand last either way. */
export function sorted(classes: readonly BoxClass[], { by, descending }: Order, language: string): BoxClass[] {
  const sign = descending ? -1 : 1
  return [...classes].sort((a, b) => {
    if (by === 'name') return sign * a.name.localeCompare(b.name, language)
    const [one, other] = [a[by], b[by]]
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a.index - b.index
    return sign * (one - other) || a.index - b.index
  })
}
