import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { sessionQuery } from '@/api/session'
import type { Language } from '@/i18n/languages'
import { renderIn } from '@/test/render'
import BackPage from './back'
import JoinPage from './join'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

const reply = (data: unknown, status = 200) =>
  (status < 400 ? { data, response: { ok: true, status } } : { error: data, response: { ok: false, status } }) as never
const STRANGER = { project_name: 'Owls', description: '', who: 'stranger', name: null, project: null }
const SESSION = { user: { id: 9, name: 'Vera', is_volunteer: true }, version: '1', csrf_token: 'x' }

async function open(address: string, language: Language = 'en') {
  const root = createRootRoute()
  const outside = createRoute({ getParentRoute: () => root, id: 'outside' })
  const pages = [
    createRoute({ getParentRoute: () => outside, path: '/join/$token', component: JoinPage }),
    createRoute({ getParentRoute: () => outside, path: '/back', component: BackPage }),
    ...['/', '/p/$pid/label', '/p/$pid/practice', '/login'].map((path) =>
      createRoute({ getParentRoute: () => outside, path, component: () => null }),
    ),
  ]
  const history = createMemoryHistory({ initialEntries: [address] })
  const router = createRouter({ routeTree: root.addChildren([outside.addChildren(pages)]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const shown = await renderIn(<RouterProvider router={router as never} />, { language, client })
  return { ...shown, client, at: () => router.state.location.pathname }
}

/** What the server says to the pages: of the link, of the practice, and to each POST. */
function serve(offer: unknown, { practice, post }: { practice?: unknown; post: unknown }) {
  vi.mocked(api.GET).mockImplementation((async (path: string) =>
    path.includes('practice') ? (practice ?? reply({ offered: false })) : offer) as never)
  vi.mocked(api.POST).mockResolvedValue(post as never)
}

describe('an open link', () => {
  beforeEach(() => {
    vi.mocked(api.GET).mockReset()
    vi.mocked(api.POST).mockReset()
  })

  it('takes a name and leads to the pictures, with a session', async () => {
    serve(reply(STRANGER), { post: reply({ session: SESSION, project: 3 }) })
    const user = userEvent.setup()
    const page = await open('/join/abc')
    expect(await screen.findByRole('heading', { name: 'Help with “Owls”' })).toBeTruthy()
    const found = await axe.run(page.container, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations.map((violation) => violation.id)).toEqual([])
    await user.click(screen.getByRole('button', { name: 'Start' }))
    expect(screen.getByText('Choose a name.')).toBeTruthy()
    expect(api.POST).not.toHaveBeenCalled()
    await user.type(screen.getByLabelText(/What shall we call you/), 'Vera{Enter}')
    await waitFor(() => expect(page.at()).toBe('/p/3/label'))
    expect(vi.mocked(api.POST).mock.calls[0]).toEqual([
      '/api/volunteer-links/{token}',
      { params: { path: { token: 'abc' } }, body: { name: 'Vera' } },
    ])
    expect(page.client.getQueryData(sessionQuery.queryKey)).toEqual(SESSION)
  })

  it('leads to the practice where one is offered, and to the pictures where that cannot be asked', async () => {
    const post = reply({ session: SESSION, project: 3 })
    const volunteer = { ...STRANGER, who: 'volunteer', name: 'Vera', project: 3 }
    for (const [practice, where] of [
      [reply({ offered: true }), '/p/3/practice'],
      [reply({ code: 'server_error', message: '', data: {} }, 500), '/p/3/label'],
    ] as const) {
      serve(reply(volunteer), { practice, post })
      const page = await open('/join/abc')
      await userEvent.setup().click(await screen.findByRole('button', { name: 'Go on as Vera' }))
      await waitFor(() => expect(page.at()).toBe(where))
      expect(vi.mocked(api.POST).mock.calls.at(-1)?.[1]).toMatchObject({ body: {} })
      page.unmount()
    }
  })

  it('says in Chinese beside the field why a name is refused', async () => {
    serve(reply(STRANGER), { post: reply({ code: 'bad_name', message: '', data: { reason: 'characters' } }, 422) })
    const user = userEvent.setup()
    await open('/join/abc', 'zh-CN')
    await user.type(await screen.findByLabelText(/怎么称呼你/), 'V\u202era')
    await user.click(screen.getByRole('button', { name: '开始' }))
    expect(await screen.findByText('名字里有看不见的或叠加的字符，请去掉。')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('tells somebody with an account to use it, and everybody why a link does not work', async () => {
    serve(reply({ ...STRANGER, who: 'account', name: 'Ada' }), { post: reply({}) })
    const page = await open('/join/abc')
    expect(await screen.findByText(/You are signed in as Ada/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Start' })).toBeNull()
    page.unmount()
    serve(reply({ code: 'volunteer_link_over', message: '', data: {} }, 404), { post: reply({}) })
    await open('/join/abc')
    expect((await screen.findByRole('alert')).textContent).toContain('withdrawn or has expired')
  })
})

describe('a private link', () => {
  it('sends what stands after the sign and goes on as that person', async () => {
    vi.mocked(api.POST).mockReset().mockResolvedValue(reply(SESSION))
    const page = await open('/back#secret')
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Go on' }))
    await waitFor(() => expect(page.at()).toBe('/'))
    expect(vi.mocked(api.POST).mock.calls[0]).toEqual(['/api/come-back', { body: { token: 'secret' } }])
    page.unmount()
    await open('/back')
    expect(await screen.findByText(/The address is incomplete/)).toBeTruthy()
  })
})
