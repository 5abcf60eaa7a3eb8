import { describe, expect, it } from 'vitest'
import { type DataSearch, isFiltered, readDataSearch, withoutEmpty } from './search'

describe('filters in the address', () => {
  it('come back as they were written', () => {
    const search: DataSearch = {
      class: 12,
      state: 'review',
      split: 'holdout',
      problem: 'bridge',
      agreement: 'disputed',
      name: 'north wall',
    }
    const address = new URLSearchParams(Object.entries(search).map(([key, value]) => [key, String(value)]))
    expect(readDataSearch(Object.fromEntries(address))).toEqual(search)
  })

  it('leave out what means nothing, so that a mistyped address shows all', () => {
    expect(
      readDataSearch({ class: 'cat', state: 'lost', split: '', problem: 7, agreement: null, name: '   ' }),
    ).toEqual({})
    expect(readDataSearch({ class: 1.5 })).toEqual({})
    expect(readDataSearch({ class: -3 })).toEqual({})
    expect(readDataSearch({ class: '' })).toEqual({})
    expect(readDataSearch({ somebody: 'else', name: 2024 })).toEqual({ name: '2024' })
  })

  it('keep a name within what the server takes', () => {
    expect(readDataSearch({ name: 'x'.repeat(900) }).name).toHaveLength(200)
  })

  it('know whether anything is filtered', () => {
    expect(isFiltered({})).toBe(false)
    expect(isFiltered({ name: undefined })).toBe(false)
    expect(isFiltered({ split: 'none' })).toBe(true)
    expect(withoutEmpty({ class: 3, name: '' })).toEqual({ class: 3 })
  })
})
