import { screen, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it } from 'vitest'
import type { SeveralReport as Report } from '@/api/training'
import { renderIn } from '@/test/render'
import SeveralReport from './SeveralReport'

const classOf = (index: number, name: string, count: number, ap: number | null) => ({
  index,
  id: 10 + index,
  name,
  count,
  predicted: 9,
  correct: count === 0 ? 0 : 8,
  ap,
  precision: 8 / 9,
  recall: count === 0 ? null : 8 / count,
  f1: 0.8,
  low: 0.5,
  high: 0.9,
  threshold: 0.375,
})
const report: Report = {
  split: 'holdout',
  counts: { images: 44, scored: 40, unresolved: 3, empty: 2, unlabeled: 1, unknown_class: 5 },
  map: { value: 0.812, low: 0.75, high: 0.87, count: 40 },
  exact: { value: 0.6, low: 0.45, high: 0.74, correct: 24, count: 40 },
  micro: { precision: 0.9, recall: 0.8, f1: 0.847 },
  classes: [classOf(0, 'cat', 10, 0.91), classOf(1, 'dog', 0, null)],
  threshold_from: 'val',
  agreement_known: true,
  message: null,
}

describe('an evaluation of several classes per picture', () => {
  it('says each figure with its interval and what it stands on, class by class', async () => {
    const { container } = await renderIn(<SeveralReport report={report} />)
    expect(screen.getByText('81.2%')).toBeTruthy()
    expect(screen.getByText('95 % interval 75% to 87%')).toBeTruthy()
    expect(screen.getByText('24 of 40 pictures')).toBeTruthy()
    expect(screen.getByText('precision 90%, recall 80%')).toBeTruthy()
    expect(screen.getByText(/best F1 on the validation pictures and never on these/)).toBeTruthy()
    const table = screen.getByRole('table')
    expect(within(table).getByRole('row', { name: /^cat 10 91% 80% .*0\.38$/ })).toBeTruthy()
    expect(within(table).getByRole('row', { name: /^dog 0 – – –/ })).toBeTruthy()
    const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } }
    expect((await axe.run(container, { rules })).violations.map((one) => one.id)).toEqual([])
  })

  it('says where no validation picture could choose a threshold, and shows no figures of nothing', async () => {
    const even = { ...report, threshold_from: 'even' }
    const shown = await renderIn(<SeveralReport report={even} />, { language: 'zh-CN' })
    expect(screen.getByText(/各类阈值都是一半/)).toBeTruthy()
    shown.unmount()
    await renderIn(<SeveralReport report={{ ...report, counts: { images: 4, scored: 0 } }} />)
    expect(screen.queryByText('81.2%')).toBeNull()
  })
})
