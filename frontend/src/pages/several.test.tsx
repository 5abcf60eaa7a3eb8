/** The label, review and mine pages of a project for several classes per picture, by keyboard. */
import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { projectQuery } from '@/api/project'
import { sessionQuery } from '@/api/session'
import type { Language } from '@/i18n/languages'
import type { Answer, DeskTask } from '@/store/desk'
import { FakeServer, makeTask } from '@/store/fakeServer'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import { draftName, openedDrafts } from './label/begun'
import { guideQuery } from './label/guide'
import LabelPage from './label/page'
import MinePage from './mine/MinePage'
import ReviewPage from './review/ReviewPage'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

const PAGES = { label: LabelPage, review: ReviewPage, mine: MinePage }
const [CAT, DOG, HARE] = [100, 101, 102]
const task = (id: number, change: Partial<DeskTask> = {}) => makeTask(id, { kind: 'choices', ...change })
let user = 90
let server: FakeServer

async function open(name: keyof typeof PAGES, language: Language = 'en', kinds = ['cat', 'dog', 'hare', 'owl']) {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: `/p/$pid/${name}`, component: PAGES[name] })
  const history = createMemoryHistory({ initialEntries: [`/p/1/${name}`] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(sessionQuery.queryKey, { user: { id: user, username: 'ada', name: 'Ada' } })
  const project = {
    id: 1,
    name: 'Farm',
    kind: 'choices',
    role: 'admin',
    actions: ['label', 'settle', 'see'],
    counts: {},
  }
  client.setQueryData<unknown>(projectQuery(1).queryKey, project)
  const guide = { guide_text: '', guide_version: 1, pictures: [], show_proposals: true, classes: kinds.map(classOf) }
  client.setQueryData<unknown>(guideQuery(1).queryKey, guide)
  const shown = await renderIn(<RouterProvider router={router as never} />, { language, client })
  await screen.findByRole('heading', { level: 1 })
  return shown
}

const press = (key: string, change: Partial<KeyboardEventInit> = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...change })
const chip = (name: string) => screen.getByRole('button', { name: new RegExp(`^${name}`) })
const ticked = () => screen.queryAllByRole('button', { pressed: true }).flatMap((one) => one.dataset.concept ?? [])
/** The picture is there, and with it what was ticked or suggested for it. */
const ready = (...begun: number[]) => waitFor(() => expect(ticked()).toEqual(begun.map(String)))
const onScreen = (id: number) => waitFor(() => expect(document.querySelector(`[data-task="${id}"]`)).toBeTruthy())
const answers = () => [...server.votes.values()].map((vote) => vote.answer)
const answered = (count: number) => waitFor(() => expect(server.votes.size).toBe(count))

/** Presses a key of a class until its tick follows: a picture that has just come takes none yet. */
async function tick(key: string, ...now: number[]): Promise<void> {
  await waitFor(() => {
    if (ticked().join() !== now.join()) press(key)
    expect(ticked()).toEqual(now.map(String))
  })
}

beforeEach(() => {
  user += 1
  server = new FakeServer()
  server.signedIn = user
  server.tasks = [task(1), task(2), task(3)]
  vi.mocked(api.GET).mockReset()
  vi.mocked(api.POST).mockReset()
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input)
    if (path.includes('/display/')) return new Response('bytes')
    if (!path.endsWith('/desk')) throw new Error(`nobody answers ${path}`)
    const owner = Number(new Headers(init?.headers).get('X-Fovea-User'))
    return new Response(JSON.stringify(await server.desk(1, owner, JSON.parse(String(init?.body)))))
  })
  vi.stubGlobal('createImageBitmap', async () => ({ width: 400, height: 300, close: () => undefined }))
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the label page of a project for several classes', () => {
  it('ticks with digits, hands in with Space, and asks for a word of its own where nothing fits', async () => {
    const { container } = await open('label')
    await onScreen(1)
    await tick('1', CAT)
    press('3')
    expect(ticked()).toEqual([String(CAT), String(HARE)])
    press('1')
    expect(ticked()).toEqual([String(HARE)])
    press('2')
    const found = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations.map((violation) => violation.id)).toEqual([])
    press(' ')
    await answered(1)
    await onScreen(2)
    await tick('4', 103)
    press('n')
    expect(await screen.findByText(/Classes are ticked/)).toBeTruthy()
    press('4')
    press(' ')
    expect(await screen.findByText(/No class is ticked/)).toBeTruthy()
    press('n')
    await answered(2)
    expect(answers()).toEqual([{ choice: [DOG, HARE] }, { nothing: true }])
  })

  it.each([
    ['en', 'Accept and submit', 'suggested'],
    ['zh-CN', '接受并提交', '建议'],
  ] as const)('begins with what is suggested and says so with the vote in %s', async (language, accept, suggested) => {
    server.tasks = [task(1, { proposal: { id: 77, answer: { choice: [CAT, DOG] }, score: 0.8 } }), task(2)]
    await open('label', language)
    await ready(CAT, DOG)
    expect(screen.getAllByText(suggested)).toHaveLength(2)
    fireEvent.click(chip('dog'))
    fireEvent.click(chip('owl'))
    fireEvent.click(screen.getByRole('button', { name: new RegExp(accept) }))
    await answered(1)
    const [vote] = [...server.votes.values()]
    expect([vote?.answer, vote?.shown_proposal]).toEqual([{ choice: [CAT, 103] }, 77])
  })

  it('takes back ticks, then goes back across submits and replaces the answer', async () => {
    await open('label')
    await onScreen(1)
    await tick('1', CAT)
    press('2')
    press('z', { ctrlKey: true })
    expect(ticked()).toEqual([String(CAT)])
    press(' ')
    await answered(1)
    await onScreen(2)
    await ready()
    press('z', { ctrlKey: true })
    await onScreen(1)
    await ready(CAT)
    expect(await screen.findByText(/Your answer was “cat”/)).toBeTruthy()
    await tick('2', CAT, DOG)
    press('Enter')
    await answered(2)
    const votes = [...server.votes.values()]
    expect(votes[1]).toMatchObject({ task: 1, answer: { choice: [CAT, DOG] }, supersedes: votes[0]?.key })
  })

  it('keeps what is ticked on this device until it is handed in', async () => {
    const first = await open('label')
    await onScreen(1)
    await tick('2', DOG)
    await waitFor(async () => expect(await (await openedDrafts()).get(draftName(user, 1, 1, 1))).toBeTruthy())
    first.unmount()
    server.tasks = [task(2), task(1)]
    await open('label')
    await ready(DOG)
    expect(await screen.findByText(/Restored from/)).toBeTruthy()
    press(' ')
    await answered(1)
    expect(answers()).toEqual([{ choice: [DOG] }])
    await waitFor(async () => expect(await (await openedDrafts()).get(draftName(user, 1, 1, 1))).toBeUndefined())
  })

  it('finds one class of many by typing, and ticks it', async () => {
    await open('label', 'en', ['cat', ...Array.from({ length: 30 }, (_, i) => `plant ${i}`)])
    await onScreen(1)
    await ready()
    await waitFor(() => expect(screen.getByRole('button', { name: /^Submit|^Space Submit/ })).toBeTruthy())
    for (const word of ['cat', 'plant 7']) {
      press('/')
      const field = await screen.findByRole('combobox', { name: 'Find a class' })
      fireEvent.change(field, { target: { value: word } })
      fireEvent.keyDown(field, { key: 'Enter' })
      await waitFor(() => expect(screen.queryByRole('combobox')).toBeNull())
    }
    expect(ticked().sort()).toEqual(['100', '108'])
    press(' ')
    await answered(1)
    expect(answers()).toEqual([{ choice: [CAT, 108] }])
  })
})

describe('what was said of several classes', () => {
  const image = { id: 7, width: 40, height: 30, thumb: '/thumb/7', display: '/display/7' }

  it('lies side by side for a reviewer, who settles what the votes come to or what is ticked', async () => {
    const vote = (answer: Answer) => ({ answer, surplus: false, proposed: false, asking: 1 })
    const item = {
      task: 5, image, kind: 'choices', confidence: 0.6, answer: { choice: [CAT, DOG] }, split: 'train', state: 'review',
      asking: 1,
      distribution: [{ concept_id: CAT, p: 0.99 }, { concept_id: DOG, p: 0.7 }, { concept_id: HARE, p: 0.3 }],
      votes: [vote({ choice: [CAT, DOG] }), vote({ choice: [CAT, HARE] }), vote({ choice: [CAT, DOG] })],
    } // biome-ignore format: one item
    vi.mocked(api.GET).mockResolvedValue({ data: { items: [item], next: null }, response: new Response() } as never)
    vi.mocked(api.POST).mockResolvedValue({ data: {}, response: new Response() } as never)
    await open('review')
    await ready(CAT, DOG)
    const evidence = within(screen.getByRole('complementary'))
    expect(evidence.getAllByText('hare')).toHaveLength(3)
    expect(evidence.getByText('70%')).toBeTruthy()
    // With every tick taken off, neither key takes what the votes come to in their place.
    await tick('1', DOG)
    await tick('2')
    for (const key of ['g', ' ', 'G']) press(key)
    expect(ticked()).toEqual([])
    expect(vi.mocked(api.POST)).not.toHaveBeenCalled()
    await tick('1', CAT)
    await tick('2', CAT, DOG)
    await tick('3', CAT, DOG, HARE)
    press(' ')
    await waitFor(() => expect(api.POST).toHaveBeenCalled())
    expect(vi.mocked(api.POST).mock.calls[0]?.[1]).toMatchObject({
      params: { path: { task: 5 } },
      body: { ruling: 'settle', answer: { choice: [CAT, DOG, HARE] } },
    })
  })

  it('can be changed among one’s own answers', async () => {
    const own = {
      key: 'k1', task: 5, image, answer: { choice: [CAT, DOG] }, created_at: '2026-01-01T10:00:00Z', superseded: false,
      surplus: false, decided: false, asking: 1, current: true,
    } // biome-ignore format: one vote
    vi.mocked(api.GET).mockResolvedValue({ data: { items: [own], next: null }, response: new Response() } as never)
    await open('mine')
    fireEvent.click(await screen.findByRole('button', { name: 'Change: cat, dog' }))
    const sheet = await screen.findByRole('dialog', { name: 'Change your answer' })
    await waitFor(() => expect(within(sheet).getAllByRole('button', { pressed: true })).toHaveLength(2))
    fireEvent.keyDown(sheet, { key: '1' })
    fireEvent.click(within(sheet).getByRole('button', { name: 'Submit' }))
    await answered(1)
    expect([...server.votes.values()][0]).toMatchObject({ answer: { choice: [DOG] }, supersedes: 'k1' })
  })
})
