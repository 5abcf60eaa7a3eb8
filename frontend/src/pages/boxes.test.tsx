/** The label, review and mine pages of a project for boxes, by keyboard: what is drawn with a mouse is tried in a browser. */
import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, getConfig, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { projectQuery } from '@/api/project'
import { sessionQuery } from '@/api/session'
import { Viewport } from '@/canvas/viewport'
import type { Language } from '@/i18n/languages'
import type { Answer, AnsweredBox, DeskTask } from '@/store/desk'
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

const [CAR, PERSON] = [100, 101]
const SIZE = { width: 400, height: 300 }
const SUGGESTED: AnsweredBox[] = [
  { concept: CAR, box: [10, 10, 60, 50], score: 0.9 },
  { concept: PERSON, box: [100, 80, 150, 200], score: 0.6 },
  { concept: CAR, box: [200, 120, 300, 180], score: 0.4 },
]
const plain = (boxes: readonly AnsweredBox[]): AnsweredBox[] => boxes.map(({ score: _, ...box }) => box)
const proposal = { id: 77, answer: { boxes: SUGGESTED } as Answer, score: 0.6 }
const image = (id: number) => ({ id: id + 1000, ...SIZE, thumb: `/thumb/${id}`, display: `/display/${id}` })
const task = (id: number, change: Partial<DeskTask> = {}) => makeTask(id, { kind: 'box', image: image(id), ...change })
let user = 40
let server: FakeServer

const PAGES = { label: LabelPage, review: ReviewPage, mine: MinePage }

async function open(name: keyof typeof PAGES, language: Language = 'en', kinds = ['car', 'person']) {
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: `/p/$pid/${name}`, component: PAGES[name] })
  const history = createMemoryHistory({ initialEntries: [`/p/1/${name}`] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<unknown>(sessionQuery.queryKey, { user: { id: user, username: 'ada', name: 'Ada' } })
  const actions = ['label', 'settle', 'see']
  const project = { id: 1, name: 'Street', kind: 'box', role: 'admin', actions, counts: {} }
  client.setQueryData<unknown>(projectQuery(1).queryKey, project)
  const guide = { guide_text: '', guide_version: 1, pictures: [], show_proposals: true, classes: kinds.map(classOf) }
  client.setQueryData<unknown>(guideQuery(1).queryKey, guide)
  const shown = await renderIn(<RouterProvider router={router as never} />, { language, client })
  await screen.findByRole('heading', { level: 1 })
  return shown
}

const surface = () => waitFor(() => expect(document.querySelector('[data-surface=ready]')).toBeTruthy())
const rows = () => document.querySelectorAll('[role=option][aria-posinset]')

function press(key: string, change: Partial<KeyboardEventInit> = {}, at: Element | null = null): void {
  const target = at ?? document.activeElement ?? document.body
  fireEvent.keyDown(target, { key, ...change })
  fireEvent.keyUp(target, { key, ...change })
}
const type = (...keys: string[]) => {
  for (const key of keys) press(key)
}
/** One box by keyboard. */
const DRAW = ['n', 'Enter', ...Array(6).fill('ArrowRight'), ...Array(6).fill('ArrowDown'), 'Enter']
/** What is drawn for a task is written on this device. */
const keptDraft = (id: number) =>
  waitFor(async () => expect(await (await openedDrafts()).get(draftName(user, 1, id, 1))).toBeTruthy())
const answers = () => [...server.votes.values()].map((vote) => vote.answer)
const answered = (count: number) => waitFor(() => expect(server.votes.size).toBe(count))

beforeEach(() => {
  user += 1
  server = new FakeServer()
  server.signedIn = user
  server.tasks = [task(1, { proposal }), task(2), task(3)]
  vi.mocked(api.GET).mockReset()
  vi.mocked(api.POST).mockReset()
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input)
    if (path.includes('/display/')) return new Response('bytes')
    if (!path.endsWith('/desk')) throw new Error(`nobody answers ${path}`)
    const owner = Number(new Headers(init?.headers).get('X-Fovea-User'))
    return new Response(JSON.stringify(await server.desk(1, owner, JSON.parse(String(init?.body)))))
  })
  vi.stubGlobal('createImageBitmap', async () => ({ ...SIZE, close: () => undefined }))
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the label page of a project for boxes', () => {
  it.each([
    ['en', '3 boxes', '3 suggested', 'Accept and submit'],
    ['zh-CN', '3 个框', '3 个建议', '接受并提交'],
  ] as const)('accepts all that is suggested with one key in %s', async (language, count, suggested, accept) => {
    await open('label', language)
    await surface()
    expect(screen.getByText(count)).toBeTruthy()
    expect(screen.getByText(suggested)).toBeTruthy()
    expect(screen.getByRole('button', { name: new RegExp(accept) })).toBeTruthy()
    press(' ')
    await answered(1)
    expect(answers()).toEqual([{ boxes: plain(SUGGESTED).map((box, place) => ({ ...box, from_proposal: place })) }])
    expect([...server.votes.values()][0]?.shown_proposal).toBe(77)
  })

  it('hands in nothing that was drawn on the picture before, however soon Space comes again', async () => {
    await open('label')
    await surface()
    // The next picture is drawn at once; the page still holds the boxes of the first, and is made anew a frame later.
    const draw = Viewport.prototype.show
    vi.spyOn(Viewport.prototype, 'show').mockImplementationOnce(function (this: Viewport, next) {
      draw.call(this, next)
      expect(rows()).toHaveLength(3)
      press(' ')
    })
    press(' ')
    await answered(1)
    await waitFor(() => expect(rows()).toHaveLength(0))
    await surface()
    type(...DRAW)
    press(' ')
    await answered(2)
    expect(answers()[1]).toEqual({ boxes: [{ concept: CAR, box: [0, 0, 6, 6] }] })
  })

  it('puts right and removes what is suggested, and says where each box began', async () => {
    await open('label')
    await surface()
    type('Tab', 'ArrowRight', 'o', 'Tab', 'x')
    expect(rows()).toHaveLength(2)
    expect(await screen.findByText('1 suggested')).toBeTruthy()
    press(' ')
    await answered(1)
    expect(answers()).toEqual([
      {
        boxes: [
          { concept: CAR, box: [11, 10, 61, 50], occluded: true, from_proposal: 0 },
          { concept: CAR, box: [200, 120, 300, 180], from_proposal: 2 },
        ],
      },
    ])
  })

  it('does not hand in nothing by accident, nor nothing over something', async () => {
    server.tasks = [task(2), task(3)]
    await open('label')
    await surface()
    press(' ')
    expect((await screen.findByRole('alert')).textContent).toContain('Draw a box first')
    type('2', ...DRAW)
    expect(rows()).toHaveLength(1)
    press('N', { shiftKey: true })
    expect((await screen.findByRole('alert')).textContent).toContain('There are boxes')
    press('Delete')
    press('N', { shiftKey: true })
    await answered(1)
    expect(answers()).toEqual([{ nothing: true }])
  })

  it('brings a draft back with a button that takes it away, and begins with the task that was begun', async () => {
    server.tasks = [task(1), task(2)]
    const first = await open('label')
    await surface()
    type(...DRAW)
    press(' ')
    await answered(1)
    await waitFor(() => expect(rows()).toHaveLength(0))
    await surface()
    type(...DRAW)
    expect(rows()).toHaveLength(1)
    await keptDraft(2)
    first.unmount()
    server.tasks = [task(4), task(2)]
    await open('label')
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(document.querySelector('[data-task]')?.getAttribute('data-task')).toBe('2')
    const banner = document.querySelector('[data-restored]') as HTMLElement
    expect(banner.textContent).toMatch(/Restored from \d/)
    fireEvent.click(within(banner).getByRole('button', { name: 'Undo' }))
    expect(rows()).toHaveLength(0)
    expect(document.querySelector('[data-restored]')).toBeNull()
  })

  it('finds one class of many by a letter that means nothing else, for the box in hand and the next', async () => {
    server.tasks = [task(2)]
    await open('label', 'en', ['car', 'person', ...Array.from({ length: 30 }, (_, place) => `animal ${place}`)])
    await surface()
    type(...DRAW)
    press('Escape')
    press('Tab')
    press('a')
    const field = await screen.findByRole('combobox')
    fireEvent.change(field, { target: { value: 'animal 7' } })
    fireEvent.keyDown(field, { key: 'Enter' })
    await waitFor(() => expect(rows()[0]?.textContent).toContain('animal 7'))
    expect(screen.getByRole('button', { name: /animal 7/ }).getAttribute('aria-keyshortcuts')).toBe('1')
  })

  it('has nothing that axe finds wrong, with a box in hand and with the keys', async () => {
    const page = await open('label')
    await surface()
    press('Tab')
    press('?')
    const sheet = await screen.findByRole('dialog')
    expect(within(sheet).getByText(/Hold and drag: move the picture/)).toBeTruthy()
    const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } }
    const found = await axe.run(page.container, { rules })
    expect(found.violations.map((violation) => violation.id)).toEqual([])
  })
})

const merged: AnsweredBox[] = [
  { concept: CAR, box: [10, 10, 60, 50], confidence: 0.8 },
  { concept: PERSON, box: [100, 80, 150, 200], confidence: 0.5 },
]
const disputed = (id: number) => ({
  task: id,
  image: image(id),
  confidence: 0.4,
  distribution: [],
  answer: { boxes: merged },
  votes: [
    { answer: { boxes: [{ concept: CAR, box: [10, 10, 60, 50] }] }, surplus: false, proposed: false, asking: 1 },
    { answer: { nothing: true }, surplus: false, proposed: true, asking: 1 },
  ],
  split: 'train',
  state: 'review',
  asking: 1,
})

describe('the review page of a project for boxes', () => {
  it('settles the merged boxes as they are, put right, or as nothing', async () => {
    const items = [1, 2, 3].map(disputed)
    vi.mocked(api.GET).mockResolvedValue({ data: { items, next: null }, response: { ok: true, status: 200 } } as never)
    vi.mocked(api.POST).mockResolvedValue({ data: { id: 1 }, response: { ok: true, status: 200 } } as never)
    await open('review')
    await surface()
    expect(rows()).toHaveLength(2)
    press(' ')
    await screen.findByText('2 left')
    await surface()
    type('Tab', 'Tab', 'x')
    press(' ')
    await screen.findByText('1 left')
    await surface()
    press('N', { shiftKey: true })
    await waitFor(() => expect(vi.mocked(api.POST)).toHaveBeenCalledTimes(3))
    const sent = vi.mocked(api.POST).mock.calls as unknown as [string, { body: { answer: Answer } }][]
    expect(sent.map(([, { body }]) => body.answer)).toEqual([
      { boxes: merged.map(({ concept, box }) => ({ concept, box })) },
      { boxes: [{ concept: CAR, box: [10, 10, 60, 50] }] },
      { nothing: true },
    ])
  })

  it.each([' ', 'g'])('settles the next with its own boxes, however soon "%s" comes again', async (key) => {
    const other: AnsweredBox = { concept: PERSON, box: [5, 5, 25, 45] }
    const items = [disputed(1), { ...disputed(2), answer: { boxes: [{ ...other, confidence: 0.5 }] } }]
    vi.mocked(api.GET).mockResolvedValue({ data: { items, next: null }, response: { ok: true, status: 200 } } as never)
    vi.mocked(api.POST).mockResolvedValue({ data: { id: 1 }, response: { ok: true, status: 200 } } as never)
    await open('review')
    await surface()
    const send = (name: string) => dispatchEvent(new KeyboardEvent(name, { key }))
    // As from a keyboard: what the first press changes is shown before the second comes, and nothing more is done.
    await getConfig().asyncWrapper(async () => {
      for (const name of ['keydown', 'keyup']) send(name)
      await Promise.resolve()
      for (const name of ['keydown', 'keyup']) send(name)
    })
    await waitFor(() => expect(vi.mocked(api.POST)).toHaveBeenCalledTimes(2))
    const sent = vi.mocked(api.POST).mock.calls as unknown as [string, { body: { answer: Answer } }][]
    expect(sent[1]?.[1].body.answer).toEqual({ boxes: [other] })
  })
})

describe("one's own answers of a project for boxes", () => {
  it('change by keyboard; what was begun and left is there again', async () => {
    const vote = {
      key: 'key-1',
      task: 1,
      image: image(1),
      answer: { boxes: [{ concept: CAR, box: [10, 10, 60, 50] }] },
      created_at: '2026-11-23T10:00:00Z',
      superseded: false,
      surplus: false,
      decided: false,
      asking: 1,
      current: true,
    }
    vi.mocked(api.GET).mockResolvedValue({
      data: { items: [vote], next: null },
      response: { ok: true, status: 200 },
    } as never)
    await open('mine')
    const sheet = async () => {
      fireEvent.click(await screen.findByRole('button', { name: /^Change: / }))
      const opened = await screen.findByRole('dialog')
      await surface()
      return opened
    }
    let opened = await sheet()
    for (const key of ['Tab', 'ArrowRight']) press(key, {}, opened)
    await keptDraft(1)
    press('Escape', {}, opened)
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    opened = await sheet()
    await waitFor(() => expect(opened.querySelector('[data-restored]')).toBeTruthy())
    press('Tab', {}, opened)
    press('d', {}, opened)
    expect(rows()).toHaveLength(2)
    press(' ', {}, opened)
    await answered(1)
    const [sent] = [...server.votes.values()]
    expect(sent).toMatchObject({ supersedes: 'key-1', task: 1 })
    const boxes = sent && 'boxes' in sent.answer ? sent.answer.boxes : []
    expect(boxes[0]).toEqual({ concept: CAR, box: [11, 10, 61, 50] })
    expect(boxes).toHaveLength(2)
  })
})
