import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { projectQuery } from '@/api/project'
import { sessionQuery } from '@/api/session'
import { FakeServer } from '@/store/fakeServer'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import { guideQuery } from '../label/guide'
import MinePage from './MinePage'
import type { OwnVote } from './MyAnswer'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn() },
}))

const vote = (task: number, change: Partial<OwnVote> = {}): OwnVote => ({
  key: `key-${task}`,
  task,
  image: { id: task, width: 4, height: 3, thumb: `/thumb/${task}`, display: `/display/${task}` },
  answer: { choice: [100] },
  created_at: '2026-11-23T10:00:00Z',
  superseded: false,
  surplus: false,
  decided: false,
  asking: 1,
  current: true,
  ...change,
})

let server: FakeServer

async function open() {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: '/p/$pid/mine', component: MinePage })
  const history = createMemoryHistory({ initialEntries: ['/p/1/mine'] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(sessionQuery.queryKey, { user: { id: 7, username: 'ada', name: 'Ada' } })
  client.setQueryData<unknown>(projectQuery(1).queryKey, { id: 1, name: 'Animals', kind: 'choice', actions: ['label'] })
  const guide = { guide_text: '', guide_version: 1, pictures: [], show_proposals: true }
  client.setQueryData<unknown>(guideQuery(1).queryKey, { ...guide, classes: ['cat', 'dog'].map(classOf) })
  await renderIn(<RouterProvider router={router as never} />, { client })
  await screen.findByRole('heading', { name: 'My answers' })
}

const pages: Record<string, { items: OwnVote[]; next: string | null }> = {
  '': { items: [vote(1), vote(2, { decided: true }), vote(3, { superseded: true })], next: 'more' },
  more: { items: [vote(4, { surplus: true }), vote(5, { current: false })], next: null },
}

describe('my answers', () => {
  beforeEach(() => {
    server = new FakeServer()
    vi.mocked(api.GET).mockImplementation((async (_path: string, sent: { params: { query: { cursor?: string } } }) => ({
      data: pages[sent.params.query.cursor ?? ''],
      response: { ok: true, status: 200 },
    })) as never)
    vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
      const owner = Number(new Headers(init.headers).get('X-Fovea-User'))
      return new Response(JSON.stringify(await server.desk(1, owner, JSON.parse(String(init.body)))))
    })
  })
  afterEach(() => vi.unstubAllGlobals())

  it('lists them with their state, page by page, and offers to change only those that still may change', async () => {
    await open()
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(5))
    const states = ['counts', 'decided by a reviewer', 'replaced', 'extra', 'asked again since']
    screen.getAllByRole('listitem').forEach((row, place) => {
      expect(row.textContent).toContain(states[place])
    })
    expect(screen.getAllByRole('button', { name: 'Change: cat' })).toHaveLength(2)
  })

  it('changes one by key: the new vote supersedes the old, also when it is changed twice', async () => {
    await open()
    const change = async (key: string) => {
      fireEvent.click((await screen.findAllByRole('button', { name: /^Change: / }))[0] as HTMLElement)
      const sheet = await screen.findByRole('dialog', { name: 'Change your answer' })
      fireEvent.keyDown(within(sheet).getByRole('heading'), { key })
    }
    await change('2')
    await waitFor(() => expect(server.votes.size).toBe(1))
    expect(await screen.findByText('dog')).toBeTruthy()
    await change('n')
    await waitFor(() => expect(server.votes.size).toBe(2))
    const [first, second] = [...server.votes.values()]
    expect(first).toMatchObject({ task: 1, answer: { choice: [101] }, supersedes: 'key-1', user: 7 })
    expect(second).toMatchObject({ task: 1, answer: { nothing: true }, supersedes: first?.key })
  })
})
