import { expect, it } from 'vitest'
import { idsOf, readCompareSearch } from './search'

it('keeps the runs that an address names, each once, and drops what is none', () => {
  expect(idsOf('3,1,3,x,-2,1.5,')).toEqual([3, 1])
  expect(idsOf('1,2,3,4,5,6,7')).toHaveLength(6)
  expect(readCompareSearch({ runs: '3,1' })).toEqual({ runs: '3,1' })
  expect(readCompareSearch({})).toEqual({})
})
