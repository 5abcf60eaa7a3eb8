import { describe, expect, it } from 'vitest'
import type { BoxClass } from '@/api/boxScores'
import { chosenNext, sorted } from './sorting'

const row = (index: number, name: string, map50: number | null, count: number): BoxClass => ({
  index,
  id: 10 + index,
  name,
  count,
  pictures: count,
  map: map50,
  map50,
})
const classes = [row(0, 'owl', 0.5, 4), row(1, 'cat', null, 0), row(2, 'dog', 0.9, 4)]
const order = (by: 'name' | 'map50' | 'count', descending: boolean) =>
  sorted(classes, { by, descending }, 'en').map((one) => one.name)

describe('sorted', () => {
  it('sorts names and figures both ways, and keeps what has no figure last', () => {
    expect(order('name', false)).toEqual(['cat', 'dog', 'owl'])
    expect(order('map50', true)).toEqual(['dog', 'owl', 'cat'])
    expect(order('map50', false)).toEqual(['owl', 'dog', 'cat'])
  })

  it('keeps the order of the classes where figures are equal', () => {
    expect(order('count', true)).toEqual(['owl', 'dog', 'cat'])
  })
})

describe('chosenNext', () => {
  it('turns round a heading that is chosen again', () => {
    expect(chosenNext({ by: 'name', descending: false }, 'map50')).toEqual({ by: 'map50', descending: true })
    expect(chosenNext({ by: 'map50', descending: true }, 'map50')).toEqual({ by: 'map50', descending: false })
    expect(chosenNext({ by: 'map50', descending: true }, 'name')).toEqual({ by: 'name', descending: false })
  })
})
