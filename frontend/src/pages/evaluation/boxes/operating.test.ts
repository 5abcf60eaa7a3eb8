import { describe, expect, it } from 'vitest'
import type { BoxReport } from '@/api/boxScores'
import { cocoCurve, onOneAxis, operatingAt, operatingCurve, suggestedStep } from './operating'

const falling = (from: number, until: number) => Array.from({ length: 101 }, (_, step) => (step <= until ? from : 0))
const none = falling(0, 0)

const report: BoxReport = {
  counts: {},
  agreement_known: true,
  map: { value: 0.5, low: 0.4, high: 0.6, count: 9 },
  map50: { value: 0.5, low: 0.4, high: 0.6, count: 9 },
  figures: {},
  classes: [],
  threshold: 0.58,
  threshold_from: 'val',
  thresholds: {
    scores: [],
    classes: [
      { index: 0, count: 10, hit: falling(8, 50), false: falling(4, 20), wrong_class: falling(1, 70), loose: none },
      { index: 2, count: 0, hit: none, false: falling(3, 90), wrong_class: none, loose: falling(2, 10) },
    ],
  },
  curves: {
    recall: [0, 0.5, 1],
    classes: [
      { index: 0, precision: [1, 0.5, 0] },
      { index: 1, precision: [0, 0.5, 0.5] },
    ],
  },
}

describe('operatingAt', () => {
  it('adds the classes up and derives what is missed', () => {
    expect(operatingAt(report, null, 10)).toEqual({
      hit: 8,
      false: 7,
      wrong_class: 1,
      loose: 2,
      missed: 2,
      wrong: 10,
      precision: 8 / 18,
      recall: 0.8,
      f1: 16 / 28,
    })
  })

  it('speaks of one class alone', () => {
    expect(operatingAt(report, 0, 60)).toMatchObject({ hit: 0, wrong: 1, missed: 10, precision: 0, recall: 0, f1: 0 })
  })

  it('has no shares of nothing', () => {
    expect(operatingAt(report, 2, 100)).toMatchObject({ precision: null, recall: null, f1: null, missed: 0 })
    expect(operatingAt(report, 7, 0)).toMatchObject({ precision: null, recall: null })
  })
})

describe('suggestedStep', () => {
  it('keeps the box that set the threshold in sight, however the number is rounded', () => {
    expect(suggestedStep(report)).toBe(58)
    expect(suggestedStep({ ...report, threshold: 0.5799999833106995 })).toBe(58)
    expect(suggestedStep({ ...report, threshold: 0.5799 })).toBe(57)
    expect(suggestedStep({ ...report, threshold: 0.29 })).toBe(29)
    expect(suggestedStep({ ...report, threshold: null })).toBe(50)
  })
})

describe('curves', () => {
  it('keeps the best precision of each recall, recalls rising', () => {
    const { x, y } = operatingCurve(report, 0)
    expect(x).toEqual([0, 0.8])
    expect(y).toEqual([0, 8 / 9])
  })

  it('means over the classes, or is the one of a class', () => {
    expect(cocoCurve(report, null)).toEqual({ x: [0, 0.5, 1], y: [0.5, 0.5, 0.25] })
    expect(cocoCurve(report, 0).y).toEqual([1, 0.5, 0])
    expect(cocoCurve(report, 9)).toEqual({ x: [], y: [] })
  })

  it('brings curves onto one axis with gaps', () => {
    const joined = onOneAxis([
      { x: [0, 1], y: [5, 6] },
      { x: [0.5, 1], y: [7, 8] },
    ])
    expect(joined).toEqual({
      x: [0, 0.5, 1],
      values: [
        [5, null, 6],
        [null, 7, 8],
      ],
    })
  })
})
