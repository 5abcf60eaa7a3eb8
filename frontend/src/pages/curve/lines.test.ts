import { expect, it } from 'vitest'
import { lines } from './lines'

const point = (pictures: number | null, value: number | null) => ({
  pictures,
  figure: value === null ? null : { value },
})

it('lays points and estimate over one axis, and what was not scored nowhere', () => {
  const curve = {
    points: [point(100, 0.5), point(200, 0.6), point(100, 0.52), point(400, null), point(null, null)],
    estimate: { curve: [100, 300].map((pictures) => ({ pictures, value: 0.5, low: 0.4, high: 0.6 })) },
  }
  const found = lines(curve as Parameters<typeof lines>[0])
  expect(found.x).toEqual([100, 200, 300])
  expect(found.seeds).toEqual([
    [0.5, 0.6, null],
    [0.52, null, null],
  ])
  expect(found.high).toEqual([0.6, null, 0.6])
})
