import 'fake-indexeddb/auto'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Desk } from './desk'
import { FakeServer } from './store/fakeServer'
import { renderIn } from './test/render'

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const refused = (code: string, status: number) => json({ code, message: '', data: {} }, status)

let user: { id: number; username: string; name: string } | null
let project: () => Response

async function reply(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const path = new URL(input instanceof Request ? input.url : String(input), location.origin).pathname
  if (path === '/api/session') return json({ user })
  if (path === '/api/projects/1') return project()
  if (path === '/api/projects/1/desk/guide')
    return json({ guide_text: '', guide_version: 1, pictures: [], show_proposals: false, classes: [] })
  if (path === '/api/projects/1/desk') return json(await new FakeServer().desk(1, 7, JSON.parse(String(init?.body))))
  throw new Error(`nobody answers ${path}`)
}

beforeEach(() => {
  user = { id: 7, username: 'ada', name: 'Ada' }
  project = () => json({ id: 1, name: 'Animals', kind: 'choice', role: 'annotator', actions: ['label'], counts: {} })
  vi.stubGlobal('fetch', vi.fn(reply))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('shows the label page without the router; its links lead on by themselves', async () => {
  await renderIn(<Desk pid={1} />)
  const back = await screen.findByRole('link', { name: 'Back to Animals' })
  expect(back.getAttribute('href')).toBe('/p/1')
  expect(fireEvent.click(back), 'the browser follows it').toBe(true)
})

it('says that a project is not there for this person, and tries again what failed', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined) // React tells there what the page shows
  project = () => refused('server_error', 500)
  await renderIn(<Desk pid={1} />)
  const again = await screen.findByRole('button', { name: 'Try again' })
  project = () => refused('not_found', 404)
  fireEvent.click(again)
  expect((await screen.findByRole('link', { name: 'Go to the start page' })).getAttribute('href')).toBe('/')
})

it('sends whoever is not signed in to the sign-in, and back here afterwards', async () => {
  user = null
  const replace = vi.fn()
  vi.stubGlobal('location', { origin: location.origin, href: location.href, pathname: '/p/1/label', replace })
  await renderIn(<Desk pid={1} />)
  await waitFor(() => expect(replace).toHaveBeenCalledWith('/login?next=%2Fp%2F1%2Flabel'))
})
