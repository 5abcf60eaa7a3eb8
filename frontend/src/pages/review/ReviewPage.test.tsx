import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { projectQuery } from '@/api/project'
import type { Language } from '@/i18n/languages'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import { guideQuery } from '../label/guide'
import type { ReviewItem } from './queue'
import ReviewPage from './ReviewPage'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

const reply = (data: unknown, status = 200) =>
  status < 400 ? { data, response: { ok: true, status } } : { error: data, response: { ok: false, status } }

const item = (task: number, change: Partial<ReviewItem> = {}): ReviewItem => ({
  task,
  image: { id: task, width: 40, height: 30, thumb: `/thumb/${task}`, display: `/display/${task}` },
  confidence: 0.4,
  distribution: [
    { concept_id: 101, p: 0.55 },
    { concept_id: 100, p: 0.45 },
  ],
  votes: [
    { answer: { choice: [100] }, surplus: false, proposed: false, asking: 1 },
    { answer: { choice: [101] }, surplus: false, proposed: true, asking: 1 },
    { answer: { choice: [101] }, surplus: true, proposed: false, asking: 1 },
  ],
  split: task === 1 ? 'holdout' : 'train',
  state: 'review',
  asking: 1,
  ...change,
})

const rulings = () => {
  const calls = vi.mocked(api.POST).mock.calls as unknown as [string, Sent][]
  return calls.map(([, sent]) => [sent.params.path.task, sent.body])
}
type Sent = { params: { path: { task: number } }; body: unknown }

async function open(language: Language = 'en') {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: '/p/$pid/review', component: ReviewPage })
  const history = createMemoryHistory({ initialEntries: ['/p/1/review'] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(projectQuery(1).queryKey, {
    id: 1,
    name: 'Animals',
    kind: 'choice',
    actions: ['settle'],
  })
  const guide = { guide_text: '', guide_version: 1, pictures: [], show_proposals: true }
  client.setQueryData<unknown>(guideQuery(1).queryKey, { ...guide, classes: ['cat', 'dog', 'hare'].map(classOf) })
  const shown = await renderIn(<RouterProvider router={router as never} />, { language, client })
  await screen.findByRole('heading', { level: 1 })
  return shown
}

const picture = () => screen.getByRole('img').getAttribute('src')
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })

describe('the review page', () => {
  beforeEach(() => {
    vi.mocked(api.GET).mockReset()
    vi.mocked(api.POST).mockReset()
    vi.mocked(api.GET).mockResolvedValue(reply({ items: [1, 2, 3, 4, 5].map((id) => item(id)), next: null }) as never)
    vi.mocked(api.POST).mockResolvedValue(reply({ id: 1 }) as never)
  })

  it.each([
    ['en', '5 left', 'holdout', 'saw a suggestion', 'All of these are ruled'],
    ['zh-CN', '还剩 5 张', '留出集', '看过建议', '这些图片都已裁定'],
  ] as const)('settles by keyboard in %s', async (language, left, holdout, proposed, finished) => {
    await open(language)
    expect(await screen.findByText(left)).toBeTruthy()
    expect(screen.getByText(holdout)).toBeTruthy()
    expect(screen.getByText(proposed)).toBeTruthy()
    for (const key of [' ', '3', 'n', 'b']) press(key)
    press('s')
    const sheet = await screen.findByRole('dialog')
    const note = within(sheet).getByRole('textbox')
    fireEvent.change(note, { target: { value: 'look at the ears' } })
    fireEvent.keyDown(note, { key: 'Enter' })
    expect(await screen.findByText(finished)).toBeTruthy()
    expect(rulings()).toEqual([
      [1, { ruling: 'settle', answer: { choice: [101] } }],
      [2, { ruling: 'settle', answer: { choice: [102] } }],
      [3, { ruling: 'settle', answer: { nothing: true } }],
      [4, { ruling: 'set_aside' }],
      [5, { ruling: 'send_back', note: 'look at the ears' }],
    ])
  })

  it('settles and marks as known by G, never what is set aside for testing', async () => {
    await open()
    await screen.findByText('5 left')
    expect(screen.queryByRole('button', { name: /ask as known/ })).toBeNull()
    press('g') // the first one is held out
    press('j')
    fireEvent.click(screen.getByRole('button', { name: /ask as known/ }))
    press('g')
    await waitFor(() => expect(screen.getByText('3 left')).toBeTruthy())
    const gold = { ruling: 'gold', answer: { choice: [101] } }
    expect(rulings()).toEqual([
      [2, gold],
      [3, gold],
    ])
  })

  it('goes on at once and comes back with the reason when a ruling did not get through', async () => {
    let refuse: (reply: unknown) => void = () => undefined
    vi.mocked(api.POST).mockImplementationOnce(() => new Promise((resolve) => (refuse = resolve)) as never)
    await open()
    await screen.findByText('5 left')
    press('1')
    expect(picture()).toBe('/display/2')
    refuse(reply({ code: 'strange', message: 'The task is gone.', data: {} }, 422))
    await waitFor(() => expect(picture()).toBe('/display/1'))
    expect(screen.getByText(/The task is gone/)).toBeTruthy()
    press('1')
    await waitFor(() => expect(screen.getByText('4 left')).toBeTruthy())
  })

  it('walks with J, K and the arrows without ruling', async () => {
    await open()
    await screen.findByText('5 left')
    const seen = ['j', 'ArrowRight', 'k', 'ArrowLeft'].map((key) => {
      press(key)
      return picture()
    })
    expect(seen).toEqual(['/display/2', '/display/3', '/display/2', '/display/1'])
    expect(rulings()).toEqual([])
  })

  it('says so when nothing waits, and has nothing that axe finds wrong', async () => {
    const page = await open()
    await screen.findByText('5 left')
    const found = await axe.run(page.container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    })
    expect(found.violations.map((violation) => violation.id)).toEqual([])
    page.unmount()
    vi.mocked(api.GET).mockResolvedValue(reply({ items: [], next: null }) as never)
    await open()
    expect(await screen.findByText('Nothing needs a ruling')).toBeTruthy()
  })
})
