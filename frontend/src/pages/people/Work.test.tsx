import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { useState } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { classesQuery, projectQuery } from '@/api/project'
import type { Person } from '@/api/types'
import type { Language } from '@/i18n/languages'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import Work from './Work'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn(), DELETE: vi.fn() },
}))

const reply = (data: unknown) => ({ data, response: { ok: true, status: 200 } })
const share = (hits: number, count: number) => ({
  hits,
  count,
  value: count ? hits / count : null,
  low: 0.1,
  high: 0.9,
})
const person = (user_id: number, name: string, change: Partial<Person> = {}): Person => ({
  user_id,
  name,
  username: name.toLowerCase(),
  role: 'annotator',
  votes: 100 * user_id,
  last_active: '2026-11-20T10:00:00Z',
  median_ms: 1000 * user_id,
  agreement: share(80, 100),
  gold: { ...share(9, 10), passed: 2 },
  pause: null,
  counted_at: '2026-11-20T10:00:00Z',
  ...change,
})
const PAUSE = { at: '2026-11-20T10:00:00Z', code: 'accuracy', note: '' } as const
const PEOPLE = [
  person(3, 'Cleo', { pause: PAUSE, agreement: share(40, 100) }),
  person(2, 'Bob'),
  person(1, 'Ada', { agreement: share(0, 0), gold: { ...share(0, 0), passed: 0 }, role: null }),
]
const detail = (one: Person) => ({
  ...one,
  days: Array.from({ length: 90 }, (_, day) => ({ day: `2026-09-${day}`, answers: day === 89 ? 7 : 0 })),
  confusion: [
    { settled: '100', said: '100', count: 5 },
    { settled: '100', said: '101', count: 2 },
  ],
  worst: [{ image: 8, name: 'a.png', thumb: '/t', answer: { choice: [101] }, settled: { choice: [100] }, likeness: 0 }],
})

let people: Person[]

function Page() {
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  return <Work pid={1} person={chosen ?? null} onPerson={setChosen} />
}

async function open(language: Language = 'en') {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: '/', component: Page })
  const history = createMemoryHistory({ initialEntries: ['/'] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(projectQuery(1).queryKey, { id: 1, kind: 'choice', actions: ['settle'] })
  client.setQueryData<unknown>(classesQuery(1).queryKey, ['cat', 'dog'].map(classOf))
  return await renderIn(<RouterProvider router={router as never} />, { language, client })
}

const names = () =>
  screen.getAllByRole('rowheader').map((cell) => cell.textContent?.match(/^[A-Z][a-z]+?(?=no|已|$)/)?.[0])

describe('how people do', () => {
  beforeEach(() => {
    people = PEOPLE
    vi.mocked(api.GET).mockReset()
    vi.mocked(api.POST).mockReset()
    vi.mocked(api.DELETE).mockReset()
    vi.mocked(api.GET).mockImplementation((async (path: string, { params }: { params: { path: { uid: number } } }) => {
      if (path.endsWith('/people')) return reply({ items: people, next: null })
      const one = people.find(({ user_id }) => user_id === params.path.uid)
      if (!one) throw new Error(`nobody answers ${path}`)
      return reply(detail(one))
    }) as never)
    const change = (pause: Person['pause']) => async (_: string, sent: { params: { path: { uid: number } } }) => {
      people = people.map((one) => (one.user_id === sent.params.path.uid ? { ...one, pause } : one))
      return reply({})
    }
    vi.mocked(api.POST).mockImplementation(change({ ...PAUSE, code: 'by_hand', note: 'call me' }) as never)
    vi.mocked(api.DELETE).mockImplementation(change(null) as never)
  })

  it.each([
    [
      'en',
      'Speed and agreement',
      '1 person has nothing to be compared with yet and stands in the table only.',
      'paused',
    ],
    ['zh-CN', '速度与一致性', '1 人还没有可比较的内容，只列在表格中。', '已暂停'],
  ] as const)('draws a dot and a row for each in %s', async (language, title, without, paused) => {
    const page = await open(language)
    expect(await screen.findByText(title)).toBeTruthy()
    expect(screen.getByText(without)).toBeTruthy()
    const dots = page.container.querySelectorAll('svg [data-person]')
    expect([...dots].map((dot) => dot.getAttribute('data-person'))).toEqual(['3', '2'])
    expect(page.container.querySelectorAll('svg [data-paused]')).toHaveLength(1)
    const row = page.container.querySelector<HTMLElement>('tr[data-person="3"]')
    expect(row && within(row).getByText(paused)).toBeTruthy()
    const found = await axe.run(page.container, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations).toEqual([])
  })

  it('sorts by any column, those without a figure last', async () => {
    await open()
    await screen.findByText('Speed and agreement')
    expect(names()).toEqual(['Cleo', 'Bob', 'Ada'])
    fireEvent.click(screen.getByRole('button', { name: /^Agreement/ }))
    expect(names()).toEqual(['Bob', 'Cleo', 'Ada'])
    fireEvent.click(screen.getByRole('button', { name: /^Agreement/ }))
    expect(names()).toEqual(['Cleo', 'Bob', 'Ada'])
    expect(screen.getByRole('columnheader', { name: /^Agreement/ }).getAttribute('aria-sort')).toBe('ascending')
  })

  it('shows one person closely and lets them go on, or pauses with a word', async () => {
    const page = await open()
    fireEvent.click(await screen.findByRole('button', { name: 'Look at how Cleo does' }))
    const panel = await screen.findByRole('region', { name: 'Cleo' })
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Cleo'))
    expect(within(panel).getByText('2 passed over')).toBeTruthy()
    expect(within(panel).getByText('7 answers in the last 90 days, at most 7 on one day.')).toBeTruthy()
    expect([...panel.querySelectorAll('td')].map((cell) => cell.textContent)).toEqual(['5', '2', '0', '0'])
    expect(within(panel).getByRole('link').getAttribute('href')).toBe('/p/1/item/8')
    expect(within(panel).getByText('said dog')).toBeTruthy()
    fireEvent.click(within(panel).getByRole('button', { name: 'Let them go on: Cleo' }))
    const note = await within(panel).findByLabelText('A word to them (optional)')
    expect(page.container.querySelectorAll('svg [data-paused]')).toHaveLength(0)
    fireEvent.change(note, { target: { value: 'call me' } })
    fireEvent.click(within(panel).getByRole('button', { name: 'Pause Cleo' }))
    expect(await within(panel).findByText('“call me”')).toBeTruthy()
    const sent = vi.mocked(api.POST).mock.calls as unknown as [string, { body: unknown }][]
    expect(sent.map(([, { body }]) => body)).toEqual([{ note: 'call me' }])
    fireEvent.click(within(panel).getByRole('button', { name: 'Close' }))
    expect(screen.queryByRole('region', { name: 'Cleo' })).toBeNull()
  })

  it('says that nobody has answered, and that figures are being worked out', async () => {
    people = []
    const { unmount } = await open()
    expect(await screen.findByText('Nobody has answered yet')).toBeTruthy()
    unmount()
    people = [person(1, 'Ada', { counted_at: null })]
    await open()
    expect(await screen.findByText(/being worked out/)).toBeTruthy()
  })
})
