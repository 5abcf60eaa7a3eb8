import { describe, expect, it } from 'vitest'
import { everything, extended, kept, NOTHING, toggled } from './selection'

const ALL = [11, 12, 13, 14, 15]

describe('selection', () => {
  it('takes in and gives back one picture', () => {
    const one = toggled(NOTHING, 12)
    expect([...one.ids]).toEqual([12])
    expect([...toggled(one, 12).ids]).toEqual([])
    expect([...NOTHING.ids]).toEqual([])
  })

  it('extends in either direction and keeps its anchor', () => {
    const back = extended(toggled(NOTHING, 14), 12, ALL)
    expect([...back.ids].sort()).toEqual([12, 13, 14])
    expect([...extended(back, 15, ALL).ids].sort()).toEqual([12, 13, 14, 15])
  })

  it('selects only the one picked where the anchor is not shown any more', () => {
    expect([...extended(toggled(NOTHING, 99), 13, ALL).ids].sort()).toEqual([13, 99])
  })

  it('drops what is not shown', () => {
    expect([...kept(everything(ALL), [11, 15]).ids]).toEqual([11, 15])
    const same = everything(ALL)
    expect(kept(same, ALL)).toBe(same)
  })
})
