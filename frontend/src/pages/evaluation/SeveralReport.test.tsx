import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { projectQuery } from '@/api/project'
import type { Recheck } from '@/api/rechecks'
import type { SeveralReport as Report } from '@/api/training'
import type { Language } from '@/i18n/languages'
import { renderIn } from '@/test/render'
import { LookedAgain } from './LookedAgain'
import SeveralReport from './SeveralReport'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

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

const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } }
const rechecks = { items: [] as Recheck[], before: { pictures: 0, evaluations: 0 }, most: 100 }
const wrong = { image: 7, thumb: '/thumb/7', name: '7.png', truth: [1], predicted: [0], share: 0.875 }

/** The report with what was looked at again, for somebody who may do `actions`. */
async function open(shown: Report, { actions = ['browse'], items = rechecks.items, language = 'en' as Language } = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(projectQuery(1).queryKey, { id: 1, actions })
  const reply = (data: unknown) => ({ data, response: { ok: true, status: 200 } })
  vi.mocked(api.GET).mockImplementation((async (path: string) => {
    if (path.endsWith('{pid}')) return reply({ id: 1, actions })
    return reply(path.endsWith('/rechecks') ? { ...rechecks, items } : { items: [wrong], next: null })
  }) as never)
  vi.mocked(api.POST).mockImplementation((async () => reply({ asked: 18 })) as never)
  const root = createRootRoute({
    component: () => (
      <>
        <LookedAgain pid={1} eid={5} names={['cat', 'dog']} />
        <SeveralReport pid={1} eid={5} report={shown} />
      </>
    ),
  })
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ['/'] }) })
  const page = await renderIn(<RouterProvider router={router as never} />, { client, language })
  await screen.findAllByRole('heading')
  return page
}

describe('an evaluation of several classes per picture', () => {
  it('says each figure with its interval and what it stands on, class by class', async () => {
    const { container } = await open(report)
    expect(screen.getByText('81.2%')).toBeTruthy()
    expect(screen.getByText('95 % interval 75% to 87%')).toBeTruthy()
    expect(screen.getByText('24 of 40 pictures')).toBeTruthy()
    expect(screen.getByText('precision 90%, recall 80%')).toBeTruthy()
    expect(screen.getByText(/best F1 on the validation pictures and never on these/)).toBeTruthy()
    const table = screen.getByRole('table')
    expect(within(table).getByRole('row', { name: /^cat 10 91% 80% .* 8 .*1 .*2 0\.38$/ })).toBeTruthy()
    expect(within(table).getByRole('row', { name: /^dog 0 – – –/ })).toBeTruthy()
    expect((await axe.run(container, { rules })).violations.map((one) => one.id)).toEqual([])
  })

  it('says where no validation picture could choose a threshold, and shows no figures of nothing', async () => {
    const even = { ...report, threshold_from: 'even' }
    const shown = await open(even, { language: 'zh-CN' })
    expect(screen.getByText(/各类阈值都是一半/)).toBeTruthy()
    shown.unmount()
    await open({ ...report, counts: { images: 4, scored: 0 } })
    expect(screen.queryByText('81.2%')).toBeNull()
  })

  it('leads from a number to its pictures, and lets a reviewer ask those of a mistake again, once for each press', async () => {
    const shown = await open(report)
    fireEvent.click(screen.getByRole('button', { name: 'cat, Said wrongly: 1' }))
    await screen.findByRole('heading', { name: 'cat: said wrongly' })
    expect((await screen.findByRole('link', { name: /7\.png/ })).textContent).toContain('88% sure; people say: dog')
    expect(screen.queryByRole('button', { name: 'Ask these again' }), 'a researcher looks only').toBeNull()
    shown.unmount()
    await open(report, { actions: ['browse', 'settle'] })
    fireEvent.click(screen.getByRole('button', { name: 'cat, Found rightly: 8' }))
    await screen.findByRole('link', { name: /7\.png/ })
    expect(screen.queryByRole('button', { name: 'Ask these again' }), 'nothing is wrong there').toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'cat, Overlooked: 2' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Ask these again' }))
    expect((await screen.findByText(/as many pictures at random/)).textContent).toContain('At most 100')
    fireEvent.click(screen.getByRole('button', { name: 'Ask again' }))
    await waitFor(() => expect(api.POST).toHaveBeenCalledTimes(1))
    const [, sent] = vi.mocked(api.POST).mock.calls[0] as unknown as [string, { body: Record<string, unknown> }]
    expect(sent.body).toMatchObject({ label: 0, outcome: 'false_negative' })
    expect(sent.body.key).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says what was looked at again, on whose say, and the figure before and after', async () => {
    const figure = (value: number, count: number) => ({ value, low: value - 0.1, high: value + 0.1, count })
    const part = (pictures: number, changed: number) => ({ pictures, changed, left: 0, low: 0.05, high: 0.4 })
    const done: Recheck = {
      id: 1,
      what: { label: 0, outcome: 'false_positive' },
      by: 'Grace',
      asked: 18,
      waiting: 0,
      review: 0,
      created_at: '2026-11-23T10:00:00Z',
      finished_at: '2026-11-23T11:00:00Z',
      result: {
        figure: 'map',
        before: figure(0.812, 40),
        after: figure(0.85, 39),
        chosen: part(9, 3),
        random: part(9, 1),
        others: part(22, 0),
        own: 2,
      },
    }
    const waiting: Recheck = { ...done, id: 2, waiting: 5, review: 1, finished_at: null, result: null }
    const { container } = await open(report, { items: [waiting, done] })
    await screen.findByRole('heading', { name: 'Looked at again' })
    expect(
      screen.getByText('12 of 18 are settled anew. The figure follows when all are. 1 wait for a reviewer.'),
    ).toBeTruthy()
    expect(screen.getByText('mAP as reported').nextElementSibling?.textContent).toBe('81.2%')
    expect(screen.getByText('mAP with the answers as they stood then').nextElementSibling?.textContent).toBe('85%')
    expect(screen.getByText('Of the 9 on which the model disagreed, 3 got another answer.')).toBeTruthy()
    expect(screen.getByText(/between 5% and 40% of their answers/)).toBeTruthy()
    expect(screen.getAllByText(/sent back by Grace/)).toHaveLength(2)
    expect((await axe.run(container, { rules })).violations.map((one) => one.id)).toEqual([])
  })
})
