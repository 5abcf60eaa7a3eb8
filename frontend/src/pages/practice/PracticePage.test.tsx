import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import axe from 'axe-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import type { Language } from '@/i18n/languages'
import type { Answer } from '@/store/desk'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import { guideQuery } from '../label/guide'
import PracticePage from './page'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

const reply = (data: unknown) => ({ data, response: { ok: true, status: 200 } })
const picture = (id: number) => ({ id, width: 4, height: 3, thumb: `/thumb/${id}`, display: `/display/${id}` })
const STATE = { known: 3, enough: true, offered: true, required: false, last: null }
const CAT: Answer = { choice: [100] }

/** Known: three cats. A server that tells the answer only after one's own, and refuses nothing. */
function serve(state: unknown, gone = -1) {
  let right = 0
  vi.mocked(api.GET).mockResolvedValue(reply(state) as never)
  vi.mocked(api.POST).mockImplementation((async (path: string, sent: { body: { place: number; answer: Answer } }) => {
    if (!path.endsWith('/answer')) return reply({ id: 5, kind: 'choice', pictures: [1, 2, 3].map(picture) })
    const { place, answer } = sent.body
    if (place === gone)
      return reply({ right: null, known: null, overlap: 0, score: { right, of: 2, finished_at: null } })
    const is = 'choice' in answer && answer.choice[0] === 100
    right += Number(is)
    return reply({ right: is, known: CAT, overlap: Number(is), score: { right, of: 3, finished_at: null } })
  }) as never)
}

async function open(language: Language = 'en') {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: '/p/$pid/practice', component: PracticePage })
  const history = createMemoryHistory({ initialEntries: ['/p/1/practice'] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const cat = { ...classOf('cat', 0), definition: 'a small hunter', examples: [{ id: 1, url: '/example/1' }] }
  const guide = { guide_text: '', guide_version: 1, pictures: [], show_proposals: false }
  client.setQueryData<unknown>(guideQuery(1).queryKey, { ...guide, classes: [cat, classOf('dog', 1)] })
  return renderIn(<RouterProvider router={router as never} />, { language, client })
}

const press = (key: string) => fireEvent.keyDown(document.body, { key })
const answers = () => {
  const calls = vi.mocked(api.POST).mock.calls as unknown as [string, { body: unknown }][]
  return calls.flatMap(([path, sent]) => (path.endsWith('/answer') ? [sent.body] : []))
}

describe('practice', () => {
  beforeEach(() => {
    vi.mocked(api.GET).mockReset()
    vi.mocked(api.POST).mockReset()
  })

  it.each([
    ['en', 'Begin the practice', 'Right: cat', 'The answer is: cat', 'Next picture', 'See the score', '2 of 3 right'],
    ['zh-CN', '开始练习', '正确：cat', '答案是：cat', '下一张', '查看成绩', '3 张答对 2 张'],
  ] as const)(
    'asks, tells and explains a miss, by key, in %s',
    async (language, begin, right, missed, next, finish, score) => {
      serve(STATE)
      const page = await open(language)
      fireEvent.click(await screen.findByRole('button', { name: begin }))
      await waitFor(() => expect(screen.getByRole('img').getAttribute('src')).toBe('/display/1'))
      press('1')
      expect(await screen.findByText(right)).toBeTruthy()
      expect(screen.queryByText(/a small hunter/)).toBeNull()
      press('2')
      expect(answers()).toHaveLength(1)
      fireEvent.click(screen.getByRole('button', { name: next }))
      press('2')
      expect(await screen.findByText(missed)).toBeTruthy()
      expect(screen.getByText(/a small hunter/)).toBeTruthy()
      expect(screen.getAllByRole('img').map((image) => image.getAttribute('src'))).toContain('/example/1')
      const found = await axe.run(page.container, {
        rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
      })
      expect(found.violations.map((violation) => violation.id)).toEqual([])
      press(' ')
      await waitFor(() => expect(screen.queryByText(missed)).toBeNull())
      press('1')
      fireEvent.click(await screen.findByRole('button', { name: finish }))
      expect(await screen.findByRole('heading', { name: score })).toBeTruthy()
      expect(answers()).toEqual([
        { practice: 5, place: 0, answer: CAT },
        { practice: 5, place: 1, answer: { choice: [101] } },
        { practice: 5, place: 2, answer: CAT },
      ])
    },
  )

  it('does not count a picture whose answer is no longer known', async () => {
    serve(STATE, 0)
    await open()
    fireEvent.click(await screen.findByRole('button', { name: 'Begin the practice' }))
    for (const said of ['u', '1', '1']) {
      await waitFor(() => expect(screen.queryByRole('button', { name: 'Cannot tell' })).toBeTruthy())
      press(said)
      fireEvent.click(await screen.findByRole('button', { name: /Next picture|See the score/ }))
    }
    expect(await screen.findByRole('heading', { name: '2 of 2 right' })).toBeTruthy()
  })

  it('lets everybody begin where too little is known, and nobody pass by where it is required', async () => {
    serve({ ...STATE, known: 2, enough: false, offered: false })
    const page = await open()
    expect(await screen.findByText('There is nothing to practise on yet')).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Start labeling' }).getAttribute('href')).toBe('/p/1/label')
    page.unmount()
    serve({ ...STATE, required: true })
    await open()
    expect(await screen.findByText(/asks newcomers to practise first/)).toBeTruthy()
    expect(screen.queryByRole('link', { name: 'Label without practice' })).toBeNull()
  })
})
