import { describe, expect, it } from 'vitest'
import { logAxis, shareAxis } from './scale'
import { readPeopleSearch } from './search'

describe('axes', () => {
  it('puts equal factors at equal distances', () => {
    const { at, ticks } = logAxis([1, 16], 400)
    expect(at(2) - at(1)).toBeCloseTo(at(16) - at(8))
    expect(at(1)).toBeGreaterThan(0)
    expect(at(16)).toBeLessThan(400)
    expect(ticks).toEqual([1, 2, 5, 10, 20])
  })

  it('keeps a single value inside', () => {
    const { at } = logAxis([3], 100)
    expect(at(3)).toBeCloseTo(50)
  })

  it('goes from a half to one, and lower where somebody lies lower', () => {
    expect(shareAxis([0.9, 1], 100).ticks).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1])
    expect(shareAxis([0.9, 1], 100).at(1)).toBe(0)
    const low = shareAxis([0.12, 0.9], 100)
    expect(low.ticks[0]).toBeLessThanOrEqual(0.2)
    expect(low.at(0.12)).toBeLessThan(100)
    expect(shareAxis([0], 100).at(0)).toBe(100)
  })
})

describe('the address', () => {
  it('keeps what it knows and drops the rest', () => {
    expect(readPeopleSearch({ tab: 'work', person: '7' })).toEqual({ tab: 'work', person: 7 })
    expect(readPeopleSearch({ tab: 'other', person: 'x' })).toEqual({})
    expect(readPeopleSearch({ person: -1 })).toEqual({})
  })
})
