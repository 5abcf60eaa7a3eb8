import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen } from '@testing-library/react'
import axe from 'axe-core'
import { expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { renderIn } from '@/test/render'
import { seriesOf } from '../runs/metrics'
import { aligned } from './ComparedCurves'
import ComparePage from './page'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))
// jsdom has no canvas: what is drawn stands here as numbers.
vi.mock('@/components/Curves', () => ({
  Curves: ({ description, curves }: { description: string; curves: { values: unknown[] }[] }) => (
    <output aria-label={description}>{JSON.stringify(curves.map((curve) => curve.values))}</output>
  ),
}))

const run = (id: number, name: string) => ({ id, name, state: 'finished', epoch: 2, checkpoint: id, config: {} })
const apart = { first: 0.8, second: 0.85, difference: 0.05, low: -0.01, high: 0.11 }
const figure = (evaluation: number, value: number) => ({
  evaluation,
  version: 3,
  measure: 'top1',
  value,
  low: 0.7,
  high: 0.9,
  count: 40,
})
const FOUND = {
  version: 3,
  newest: 4,
  scoring: false,
  runs: [run(1, 'small'), run(2, '')],
  figures: [figure(8, 0.8), figure(9, 0.85)],
  differences: [{ option: 'lr', values: [0.001, 0.01] }],
  pairs: [
    {
      ...apart,
      first_run: 1,
      second_run: 2,
      versions: [3, 3],
      measure: 'top1',
      common: 40,
      only_first: 2,
      only_second: 0,
      truth_changed: 1,
      method: 'newcombe',
      draws: 0,
      pictures: { ...apart, count: 40, both: 30, lost: 2, gained: 4, neither: 4, p: 0.6875 },
      classes: [
        { ...apart, id: 11, name: 'cat', count: 20, difference: -0.1, low: -0.3, high: 0.1 },
        { ...apart, id: 12, name: 'dog', count: 20, difference: 0.2, low: 0.05, high: 0.4 },
      ],
    },
  ],
}
const PICTURES = {
  lost: { items: [{ image: 5, thumb: '/t5', name: 'five.png', truth: [11], first: [11], second: [12] }], next: null },
  gained: { items: [], next: null },
}

async function open(address: string) {
  vi.mocked(api.GET).mockImplementation((async (
    path: string,
    asked: { params: { query: Record<string, unknown> } },
  ) => {
    const lines = [1, 2].map((epoch) => ({ event: 'epoch', epoch, train_loss: 1 / epoch }))
    const replies: Record<string, unknown> = {
      '/api/projects/{pid}': { actions: ['browse', 'work'] },
      '/api/projects/{pid}/runs/compare': FOUND,
      '/api/projects/{pid}/runs/{rid}/metrics': asked.params.query?.after
        ? { lines: [], next: 9, start: 9 }
        : { lines, next: 9, start: 0 },
      '/api/projects/{pid}/runs/compare/pictures': PICTURES[asked.params.query?.change as 'lost'],
    }
    return { data: replies[path], response: new Response() }
  }) as never)
  vi.mocked(api.POST).mockResolvedValue({ data: [], response: new Response() } as never)
  const root = createRootRoute()
  const page = createRoute({
    getParentRoute: () => root,
    path: '/p/$pid/runs/compare',
    params: { parse: ({ pid }: { pid: string }) => ({ pid: Number(pid) }) },
    component: ComparePage,
  })
  const other = createRoute({ getParentRoute: () => root, path: '$', component: () => null })
  const history = createMemoryHistory({ initialEntries: [address] })
  const router = createRouter({ routeTree: root.addChildren([page, other]), history })
  const { container } = await renderIn(<RouterProvider router={router as never} />)
  await screen.findByRole('heading', { level: 1 })
  return container
}

it('says how far apart two runs are on the same pictures, and which pictures changed', async () => {
  const container = await open('/p/7/runs/compare?runs=1,2')
  expect(await screen.findByRole('heading', { name: 'From small to Run 2' })).toBeTruthy()
  expect(screen.getByText('+5 points')).toBeTruthy()
  expect(screen.getByText(/Zero lies inside/)).toBeTruthy()
  expect(screen.getByText(/Left out: 2 scored by the first run only/)).toBeTruthy()
  expect(screen.getByText(/30 in both, 2 lost, 4 gained, 4 in neither \(McNemar p = 0.688\)/)).toBeTruthy()
  const rows = screen.getAllByRole('rowheader').map((cell) => cell.textContent)
  expect(rows).toEqual(['On the holdout', 'lr', 'cat', 'dog'])
  expect((await screen.findByLabelText(/Training loss of small, Run 2/)).textContent).toBe('[[1,0.5],[1,0.5]]')
  const picture = await screen.findByRole('link', { name: /five.png/ })
  expect(picture.getAttribute('href')).toBe('/p/7/item/5')
  expect(picture.textContent).toContain('Said: cat → dog')
  fireEvent.click(screen.getByRole('radio', { name: 'Wrong to right (4)' }))
  expect(await screen.findByText('No picture changed this way.')).toBeTruthy()
  fireEvent.click(await screen.findByRole('button', { name: 'Score all on version 4' }))
  await vi.waitFor(() => expect(vi.mocked(api.POST).mock.calls[0]?.[1]).toMatchObject({ body: { runs: [1, 2] } }))
  const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
  expect(violations.map((one) => one.id)).toEqual([])
})

it('says how runs are chosen where the address names none', async () => {
  await open('/p/7/runs/compare')
  expect(screen.getByRole('heading', { name: 'No runs chosen' })).toBeTruthy()
})

it('lays the epochs of runs of different length on one axis', () => {
  const series = seriesOf([{ event: 'epoch', epoch: 2, train_loss: 0.5 }])
  expect(aligned(series, 'trainLoss', [1, 2, 3])).toEqual([null, 0.5, null])
})
