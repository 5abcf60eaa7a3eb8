import { expect, it } from 'vitest'
import { costOf } from './curves'

const run = (config: object, progress: object, evaluation: number | null = 3) =>
  ({ config, progress, evaluation }) as Parameters<typeof costOf>[0]

it('adds up the trainings, without the run that is a point already', () => {
  const fixed = run({ epochs: 2 }, { train: 1000, images_per_s: 100 })
  expect(costOf(fixed, 1)).toEqual({ trainings: 4, seconds: ((100 + 200 + 400 + 700) * 2) / 100 })
  expect(costOf(fixed, 2)).toEqual({ trainings: 9, seconds: ((1400 * 2 + 1000) * 2) / 100 })
  expect(costOf(run({ epochs: 2 }, {}, null), 1)).toEqual({ trainings: 5, seconds: null })
})

it('knows that smaller parts are passed over more often, within the bound', () => {
  const seen = run({ epochs: 0, images_seen: 2000, max_epochs: 10 }, { train: 1000, images_per_s: 1 })
  expect(costOf(seen, 1).seconds).toBe(100 * 10 + 200 * 10 + 400 * 5 + 700 * 3)
})
