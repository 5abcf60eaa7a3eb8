import { describe, expect, it } from 'vitest'
import type { FoundClass } from '@/api/types'
import { asMapping, decideRest, hasLabels, known, matching, undecided } from './mapping'

const found = (name: string, concept: number | null = null): FoundClass => ({ name, pictures: 1, boxes: 2, concept })
const CLASSES = [found('RBC', 7), found('Élan'), found('dust'), found('elastic')]

describe('mapping', () => {
  it('begins with equal names and tells what is still to be said', () => {
    expect([...known(CLASSES)]).toEqual([['RBC', 7]])
    expect(undecided(CLASSES, known(CLASSES)).map(({ name }) => name)).toEqual(['Élan', 'dust', 'elastic'])
  })

  it('decides the rest at once and leaves what was said', () => {
    const said = new Map(known(CLASSES)).set('dust', 'out')
    const all = decideRest(CLASSES, said, 'new')
    expect([...all]).toEqual([
      ['RBC', 7],
      ['dust', 'out'],
      ['Élan', 'new'],
      ['elastic', 'new'],
    ])
    expect(undecided(CLASSES, all)).toEqual([])
    expect(said.size).toBe(2)
  })

  it('is sent in the order of the classes, and without what has no meaning', () => {
    expect(asMapping(CLASSES, new Map().set('dust', 'out').set('Élan', 'new').set('RBC', 9))).toEqual([
      { name: 'RBC', concept: 9 },
      { name: 'Élan', new: 'Élan' },
      { name: 'dust', ignore: true },
    ])
  })

  it('finds classes by any part of their name', () => {
    expect(matching(CLASSES, ' ELA ').map(({ name }) => name)).toEqual(['Élan', 'elastic'])
    expect(matching(CLASSES, ' ')).toEqual(CLASSES)
    expect(matching(CLASSES, 'zebra')).toEqual([])
  })
})

it('takes "nothing there" for a label, and labels of another kind for none', () => {
  const analysis = {
    layouts: [],
    says: 'boxes' as const,
    fits: true,
    pictures: 3,
    labeled: 0,
    empty: 1,
    unsaid: 2,
    boxes: 0,
    duplicates: 0,
    repeated: 0,
    splits: { train: 0, holdout: 0, none: 3 },
    classes: [],
    problems: { count: 0, listed: [] },
  }
  expect(hasLabels(analysis)).toBe(true)
  expect(hasLabels({ ...analysis, empty: 0 })).toBe(false)
  expect(hasLabels({ ...analysis, labeled: 3, fits: false })).toBe(false)
})
