import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { csrfToken } from '@/api/client'
import { projectQuery } from '@/api/project'
import { sessionQuery } from '@/api/session'
import type { Language } from '@/i18n/languages'
import { FakeServer, failure, makeTask } from '@/store/fakeServer'
import { renderIn } from '@/test/render'
import { guideQuery } from './guide'
import LabelPage from './page'

const ANIMALS = ['cat', 'dog', 'hare', 'owl']
const classOf = (name: string, index: number) => ({
  id: index + 1,
  concept_id: 100 + index,
  index,
  name,
  definition: `what a ${name} is`,
  synonyms: name === 'cat' ? ['mouser'] : [],
  color: '',
  hotkey: '',
  archived: false,
  examples: [],
  added_in: 1,
})

let user = 0
let server: FakeServer
let classes: ReturnType<typeof classOf>[]
let drawn: number[]

const miss = { image: makeTask(70).image, kind: 'choice', answer: { choice: [100] }, known: { choice: [103] } }
const pause = {
  paused: true,
  code: 'accuracy',
  note: '',
  at: '2026-11-20T10:00:00Z',
  answered: 12,
  right: 5,
  demanded: 0.8,
  misses: [miss],
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

async function answerRequest(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = input instanceof Request ? input : null
  const path = new URL(request?.url ?? String(input), location.origin).pathname
  if (path === '/api/projects/1/desk') {
    expect(new Headers(init?.headers).get('X-CSRFToken')).toBe(csrfToken())
    const owner = Number(new Headers(init?.headers).get('X-Fovea-User'))
    try {
      return json(await server.desk(1, owner, JSON.parse(String(init?.body))))
    } catch (problem) {
      const { status, refusal } = problem as ReturnType<typeof failure>
      if (status === 0) throw new TypeError('Failed to fetch')
      return json(refusal, status)
    }
  }
  if (path === '/api/projects/1/desk/pause') return json(pause)
  if (path.startsWith('/display/')) return new Response(path.slice('/display/'.length))
  throw new Error(`nobody answers ${path}`)
}

const bitmap = async (blob: Blob) => ({ width: 40, height: 30, close: () => undefined, id: Number(await blob.text()) })

function press(key: string, change: Partial<KeyboardEventInit> = {}): void {
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...change })
}

/** The task whose picture was drawn last. */
const onScreen = () => drawn.at(-1)

async function open(language: Language = 'en') {
  const root = createRootRoute({ component: Outlet })
  const at = (path: string, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => root, path, component })
  const router = createRouter({
    routeTree: root.addChildren([
      at('/p/$pid/label', LabelPage),
      at('/p/$pid', () => 'overview'),
      at('/p/$pid/mine', () => 'mine'),
    ]),
    history: createMemoryHistory({ initialEntries: ['/p/1/label'] }),
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(sessionQuery.queryKey, { user: { id: user, username: 'ada', name: 'Ada' } })
  const project = { id: 1, name: 'Animals', kind: 'choice', role: 'annotator', actions: ['label', 'see'], counts: {} }
  client.setQueryData<unknown>(projectQuery(1).queryKey, project)
  const guide = { guide_text: 'Look at the ears.', guide_version: 3, pictures: [], show_proposals: true, classes }
  client.setQueryData<unknown>(guideQuery(1).queryKey, guide)
  const page = await renderIn(<RouterProvider router={router as never} />, { language, client })
  await screen.findByRole('main')
  return page
}

async function label(key: string): Promise<void> {
  const before = onScreen()
  press(key)
  await waitFor(() => expect(onScreen()).not.toBe(before))
  // Drawn at once; the page goes on when the answer is written, and takes the next one then.
  await waitFor(() => expect(document.querySelector<HTMLElement>('[data-task]')?.dataset.task).toBe(`${onScreen()}`))
}

describe('the label page', () => {
  beforeEach(() => {
    user += 1
    server = new FakeServer()
    server.signedIn = user
    server.tasks = Array.from({ length: 30 }, (_, i) => makeTask(i + 1))
    classes = ANIMALS.map(classOf)
    drawn = []
    vi.stubGlobal('fetch', vi.fn(answerRequest))
    vi.stubGlobal('createImageBitmap', bitmap)
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({
      clearRect: () => undefined,
      drawImage: (picture: { id: number }) => drawn.push(picture.id),
    } as unknown as CanvasRenderingContext2D)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it.each([
    ['en', 'All saved', 'Undo: owl'],
    ['zh-CN', '已全部保存', '撤销：owl'],
  ] as const)('labels ten pictures by keyboard in %s', async (language, saved, undo) => {
    await open(language)
    await waitFor(() => expect(onScreen()).toBe(1))
    for (const key of '1234123444') await label(key)
    await waitFor(() => expect(server.votes.size).toBe(10))
    expect([...server.votes.values()].map((vote) => [vote.task, vote.answer])).toEqual(
      [...'1234123444'].map((key, place) => [place + 1, { choice: [99 + Number(key)] }]),
    )
    expect(drawn).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(await screen.findByText(saved)).toBeTruthy()
    expect(await screen.findByRole('button', { name: undo })).toBeTruthy()
  })

  it('goes back across submits with the earlier answer, changes it, and jumps to the newest', async () => {
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    for (const key of '123') await label(key)
    press('z', { ctrlKey: true })
    press('z', { ctrlKey: true })
    expect(onScreen()).toBe(2)
    expect(await screen.findByText(/Your answer was “dog”/)).toBeTruthy()
    await waitFor(() => expect(server.votes.size).toBe(3))
    await label('4')
    expect(onScreen()).toBe(4)
    await waitFor(() => expect(server.votes.size).toBe(4))
    const votes = [...server.votes.values()]
    expect(votes[3]).toMatchObject({ task: 2, answer: { choice: [103] }, supersedes: votes[1]?.key })
  })

  it('rings a suggestion, accepts it with Space and says so with the vote', async () => {
    server.tasks = [1, 2, 3].map((id) =>
      makeTask(id, { proposal: { id: 70 + id, answer: { choice: [102] }, score: 0.9 } }),
    )
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    const ringed = await screen.findByText('suggested')
    expect(ringed.closest('button')?.textContent).toContain('hare')
    await label(' ')
    await label('1')
    await waitFor(() => expect(server.votes.size).toBe(2))
    expect([...server.votes.values()].map((vote) => [vote.answer, vote.shown_proposal])).toEqual([
      [{ choice: [102] }, 71],
      [{ choice: [100] }, 72],
    ])
  })

  it('passes: cannot tell, nothing fits, broken, and skip with a reason', async () => {
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    for (const key of 'unb') await label(key)
    press('k')
    const sheet = await screen.findByRole('dialog', { name: 'Why skip this one?' })
    fireEvent.keyDown(sheet, { key: '2' })
    await waitFor(() => expect(server.votes.size).toBe(4))
    expect([...server.votes.values()].map((vote) => vote.answer)).toEqual([
      { pass: 'cannot_tell' },
      { nothing: true },
      { pass: 'broken' },
      { pass: 'skip', reason: 'rules' },
    ])
  })

  it('finds one class of many by typing, with the recent ones on digits', async () => {
    classes = [...ANIMALS, ...Array.from({ length: 40 }, (_, i) => `plant ${i}`)].map(classOf)
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    press('m')
    const field = await screen.findByRole('combobox', { name: 'Find a class' })
    expect((field as HTMLInputElement).value).toBe('m')
    fireEvent.change(field, { target: { value: 'mous' } })
    expect(within(screen.getByRole('listbox')).getByRole('option').textContent).toContain('mouser')
    await label('Enter')
    await screen.findByRole('button', { name: 'cat' })
    await label('1')
    await waitFor(() => expect(server.votes.size).toBe(2))
    expect([...server.votes.values()].map((vote) => vote.answer)).toEqual([{ choice: [100] }, { choice: [100] }])
  })

  it('leaves keys to an input method that composes', async () => {
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    press('1', { isComposing: true })
    press('Process', { keyCode: 229, code: 'Digit1' })
    // Had one of them been a key of the page, its vote would stand before this one.
    await label('2')
    await waitFor(() => expect(server.votes.size).toBe(1))
    expect([...server.votes.values()].map((vote) => [vote.task, vote.answer])).toEqual([[1, { choice: [101] }]])
  })

  it('keeps votes through an outage and shows those that need the person', async () => {
    await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    server.fate = () => failure('offline', 0)
    await label('1')
    await label('2')
    expect(await screen.findByText(/2 waiting/)).toBeTruthy()
    server.fate = () => 'arrives'
    server.refuses = (vote) => (vote.task === 1 ? 'decided' : null)
    act(() => {
      dispatchEvent(new Event('online'))
    })
    fireEvent.click(await screen.findByText(/1 need you/))
    const tray = await screen.findByRole('dialog', { name: 'Your votes' })
    expect(await within(tray).findByText('cat')).toBeTruthy()
    fireEvent.click(within(tray).getByRole('button', { name: 'Discard' }))
    expect(await screen.findByText('All saved')).toBeTruthy()
    expect(server.votes.size).toBe(1)
  })

  it.each([
    ['en', 'You are paused in this project', /5 of the last 12 .* 80%/, 'You: cat', 'Expected: owl'],
    ['zh-CN', '您在此项目中已被暂停', /12 张中您答对了 5 张.*80%/, '您：cat', '应为：owl'],
  ] as const)('says why one is paused and what was missed in %s', async (language, title, figures, yours, known) => {
    server.tasks = []
    server.reason = 'paused'
    const page = await open(language)
    expect(await screen.findByText(title)).toBeTruthy()
    expect(await screen.findByText(figures)).toBeTruthy()
    expect(screen.getByText(yours)).toBeTruthy()
    expect(screen.getByText(known)).toBeTruthy()
    const found = await axe.run(page.container, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations).toEqual([])
    // Let go on by a reviewer: the next look brings pictures.
    server.tasks = [makeTask(90)]
    fireEvent.click(screen.getByRole('button', { name: language === 'en' ? 'Ask again' : '再次询问' }))
    await waitFor(() => expect(onScreen()).toBe(90))
  })

  it('says why there is nothing to label', async () => {
    server.tasks = []
    server.reason = 'no_tasks'
    await open()
    expect(await screen.findByText('There are no pictures to label yet')).toBeTruthy()
    expect(screen.getByRole('link', { name: 'To the project' })).toBeTruthy()
  })

  it('opens the guide with G and the keys with ?, and gives back leases on leaving', async () => {
    const page = await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    if (!screen.queryByText('Look at the ears.')) press('g')
    expect(await screen.findByText('Look at the ears.')).toBeTruthy()
    expect(screen.getAllByText('what a hare is').length).toBeGreaterThan(0)
    press('?')
    const sheet = await screen.findByRole('dialog', { name: 'Keys' })
    expect(within(sheet).getByText('Cannot tell what it is')).toBeTruthy()
    page.unmount()
    await waitFor(() => expect(server.released).toEqual(Array.from({ length: 12 }, (_, i) => i + 1)))
  })

  it('has nothing that axe finds wrong', async () => {
    const page = await open()
    await waitFor(() => expect(onScreen()).toBe(1))
    const found = await axe.run(page.container, { rules: { 'color-contrast': { enabled: false } } })
    expect(found.violations.map((violation) => violation.id)).toEqual([])
  })
})
