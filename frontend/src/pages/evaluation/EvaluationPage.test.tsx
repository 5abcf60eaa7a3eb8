import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BoxReport } from '@/api/boxScores'
import { api } from '@/api/client'
import type { Language } from '@/i18n/languages'
import { renderIn } from '@/test/render'
import EvaluationPage from './page'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn() },
}))
// jsdom has no canvas: what is drawn stands here as numbers.
vi.mock('@/components/Curves', () => ({
  Curves: ({ description, x, curves }: { description: string; x: number[]; curves: { values: unknown[] }[] }) => (
    <output aria-label={description}>{JSON.stringify({ points: x.length, last: curves.at(-1)?.values })}</output>
  ),
}))

const falling = (from: number, until: number) => Array.from({ length: 101 }, (_, step) => (step <= until ? from : 0))
const classOf = (index: number, name: string, count: number, map50: number | null) => ({
  index,
  id: 10 + index,
  name,
  count,
  pictures: count,
  map: map50,
  map50,
})
const report: BoxReport = {
  counts: { images: 44, scored: 40, unresolved: 3, empty: 2, unlabeled: 1, unknown_class: 0, boxes: 60, aside: 4 },
  agreement_known: true,
  map50: { value: 0.812, low: 0.75, high: 0.87, count: 40 },
  map: { value: 0.5, low: 0.45, high: 0.55, count: 40 },
  figures: { map: 0.5, map50: 0.812, map_large: null },
  classes: [classOf(0, 'RBC', 50, 0.9), classOf(1, 'WBC', 10, 0.72), classOf(2, 'Platelets', 0, null)],
  threshold: 0.4,
  threshold_from: 'val',
  thresholds: {
    scores: [],
    classes: [
      {
        index: 0,
        count: 50,
        hit: falling(45, 80),
        false: falling(9, 40),
        wrong_class: falling(1, 60),
        loose: falling(2, 40),
      },
      {
        index: 1,
        count: 10,
        hit: falling(5, 50),
        false: falling(0, 0),
        wrong_class: falling(3, 45),
        loose: falling(0, 0),
      },
    ],
  },
  curves: { recall: [0, 1], classes: [{ index: 0, precision: [1, 0.5] }] },
}
const evaluation = {
  id: 5,
  state: 'ready',
  version: { id: 1, number: 2 },
  run: 3,
  run_name: 'first',
  error: null,
  content: report,
}
const boxes = [
  { outcome: 'drawn', label: 1, box: [0, 0, 20, 20], score: null, other: null },
  { outcome: 'wrong_class', label: 0, box: [1, 1, 20, 20], score: 0.875, other: 1 },
]
const picture = (image: number | null) => ({
  image,
  thumb: image && `/thumb/${image}`,
  name: `${image}.png`,
  width: 40,
  height: 30,
})
const counts = { hit: 1, missed: 2, false: 0, wrong_class: 1, loose: 0, drawn: 3 }

type Query = { threshold: number; show?: string; kind?: string; class?: number; cursor?: string }
const asked = (part: 'boxes' | 'errors') =>
  (vi.mocked(api.GET).mock.calls as unknown as [string, { params: { query: Query } }][])
    .filter(([path]) => path.endsWith(part))
    .map(([, { params }]) => params.query)

function answer(path: string, query: Query) {
  if (path.endsWith('/boxes')) {
    if (query.threshold === 1 && !query.cursor) return { items: [], next: 'more' }
    return {
      items: [
        { ...picture(7), boxes, counts },
        { ...picture(null), boxes: [], counts },
      ],
      next: null,
    }
  }
  if (path.endsWith('/errors')) {
    return { items: [{ ...picture(8), boxes, kind: query.kind, overlap: 0.75 }], next: null }
  }
  if (path.endsWith('/rechecks')) return { items: [], before: { pictures: 12, evaluations: 1 }, most: 100 }
  if (path.endsWith('{pid}')) return { id: 1, actions: ['browse', 'settle'] }
  return evaluation
}

async function open(language: Language = 'en') {
  const root = createRootRoute()
  const page = createRoute({
    getParentRoute: () => root,
    path: '/p/$pid/evaluations/$eid',
    component: EvaluationPage,
  })
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: ['/p/1/evaluations/5'] }),
  })
  const shown = await renderIn(<RouterProvider router={router as never} />, { language })
  await screen.findByRole('slider')
  return shown
}

const number = (name: string) => screen.getByText(name, { selector: 'dt' }).nextElementSibling?.textContent

beforeEach(() => {
  vi.mocked(api.GET)
    .mockReset()
    .mockImplementation((async (path: string, sent: { params: { query: Query } }) => ({
      data: answer(path, sent.params.query),
      response: { ok: true, status: 200 },
    })) as never)
})

describe('an evaluation of boxes', () => {
  it('says the mean precision with its interval, what it stands on, and the figures in words', async () => {
    await open()
    expect(screen.getByText('81.2%', { selector: 'p' })).toBeTruthy()
    expect(screen.getByText('95 % interval 75% to 87%')).toBeTruthy()
    expect(screen.getAllByText('Stands on 40 pictures with 60 boxes')).toHaveLength(2)
    const figures = screen.getByRole('region', { name: 'The twelve figures of COCO' })
    expect(within(figures).getAllByRole('row')).toHaveLength(12)
    expect(within(figures).getByRole('row', { name: /large boxes, over 96.*none there/ })).toBeTruthy()
    expect(number('Not agreed, not scored')).toBe('3')
    expect(number('Verified empty, scored')).toBe('2')
  })

  it('sorts the classes by the heading that is chosen', async () => {
    await open()
    const table = screen.getByRole('region', { name: 'Class by class', hidden: false })
    const names = () =>
      screen
        .getAllByRole('rowheader')
        .map((cell) => cell.textContent)
        .filter((text) => /RBC|WBC|Plat/.test(text ?? ''))
    expect(table).toBeTruthy()
    expect(names()).toEqual(['RBC', 'WBC', 'Platelets'])
    const heading = screen.getByRole('columnheader', { name: /AP at .5/ })
    expect(heading.getAttribute('aria-sort')).toBe('none')
    fireEvent.click(within(heading).getByRole('button'))
    fireEvent.click(within(heading).getByRole('button'))
    expect(heading.getAttribute('aria-sort')).toBe('ascending')
    expect(names()).toEqual(['WBC', 'RBC', 'Platelets'])
  })

  it('moves figures, curves and pictures with the slider, by keyboard, and asks when it rests', async () => {
    await open()
    await waitFor(() => expect(asked('boxes')).toEqual([{ threshold: 0.4, limit: 24, show: 'errors' }]))
    expect(screen.getByText(/balances best on the validation pictures/)).toBeTruthy()
    expect(screen.getByText(/no longer unseen/)).toBeTruthy()
    expect([number('Found'), number('Shown wrongly'), number('Missed')]).toEqual(['50', '15', '10'])
    const slider = screen.getByRole('slider')
    for (let press = 0; press < 6; press++) fireEvent.keyDown(slider, { key: 'ArrowRight' })
    expect(slider.getAttribute('aria-valuenow')).toBe('0.46')
    expect([number('Found'), number('Shown wrongly'), number('Missed')]).toEqual(['50', '1', '10'])
    expect(number('Precision')).toBe('98%')
    // the curves are fetched apart from the page
    const curves = await screen.findByLabelText('Precision, recall and F1 over the threshold')
    const mark = JSON.parse(curves.textContent ?? '')
    expect(mark.last.findIndex((value: number | null) => value !== null)).toBe(46)
    // the five places on the way were never asked for
    await waitFor(() => expect(asked('boxes').map((query) => query.threshold)).toEqual([0.4, 0.46]))
    fireEvent.click(screen.getByRole('button', { name: 'Use 0.40' }))
    expect(slider.getAttribute('aria-valuenow')).toBe('0.4')
  })

  it('shows each picture with the outcome of its boxes, leading to its page, and says where one is gone', async () => {
    await open()
    const wall = await screen.findByRole('list', { name: 'Pictures at this threshold' })
    const link = within(wall).getByRole('link', { name: '7.png: missed: 2, wrong class: 1' })
    expect(link.getAttribute('href')).toBe('/p/1/item/7')
    expect([...link.querySelectorAll('[data-outcome]')].map((one) => one.getAttribute('data-outcome'))).toEqual([
      'drawn',
      'wrong_class',
    ])
    expect(within(link).getByText('RBC, not WBC')).toBeTruthy()
    expect(within(wall).getByText('deleted since')).toBeTruthy()
    fireEvent.click(screen.getByRole('radio', { name: 'All' }))
    await waitFor(() => expect(asked('boxes').at(-1)?.show).toBe('all'))
  })

  it('goes on by itself where a page of the server came back empty', async () => {
    await open()
    fireEvent.keyDown(screen.getByRole('slider'), { key: 'End' })
    await waitFor(() => expect(asked('boxes').at(-1)).toMatchObject({ threshold: 1, cursor: 'more' }))
    await screen.findByRole('list', { name: 'Pictures at this threshold' })
  })

  it('lists single errors by kind with their counts, of one class where it is chosen', async () => {
    await open()
    fireEvent.click(screen.getByRole('tab', { name: 'wrong class: 4' }))
    expect(await screen.findByText('RBC, 88% sure; it is WBC')).toBeTruthy()
    fireEvent.change(screen.getByRole('combobox', { name: 'Classes' }), { target: { value: '1' } })
    expect(screen.getByRole('tab', { name: 'wrong class: 3' })).toBeTruthy()
    await waitFor(() => expect(asked('errors').at(-1)).toMatchObject({ kind: 'wrong_class', class: 1 }))
  })

  it.each(['en', 'zh-CN'] as const)('has no accessibility fault (%s)', async (language) => {
    const { container } = await open(language)
    await waitFor(() => expect(container.querySelectorAll('[data-outcome]').length).toBeGreaterThan(2))
    const found = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    })
    expect(found.violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([])
  })
})
