import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import axe from 'axe-core'
import { expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import type { Home, HomeQueue, Thing } from '@/api/home'
import { renderIn } from '@/test/render'
import HomePage from './page'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn() },
}))

const queue = (more: Partial<HomeQueue> = {}): HomeQueue => ({
  project: 7,
  name: 'Birds',
  waits: true,
  paused: false,
  open: 30,
  done: 10,
  today: 4,
  mine: 9,
  ...more,
})
const NEXT: Home['next'] = {
  project: 7,
  name: 'Birds',
  kind: 'choice',
  question: 'label',
  picture: { id: 3, width: 32, height: 24, thumb: '/thumb', display: '/display' },
  practice: false,
}
const DAYS = [0, 2, 4].map((answers, at) => ({ day: `2026-11-0${at + 1}`, answers }))

async function open(home: Partial<Home>, things: Thing[] = [], makes = true) {
  const replies: Record<string, unknown> = {
    '/api/home': { next: null, queues: [queue()], days: DAYS, ...home },
    '/api/attention': { items: things },
    '/api/session': {
      user: { id: 1, name: 'Ada', may_create_projects: makes, is_volunteer: false },
      version: '1',
      csrf_token: '',
    },
  }
  vi.mocked(api.GET).mockImplementation((async (path: string) => ({
    data: replies[path],
    response: new Response(),
  })) as never)
  const root = createRootRoute()
  const page = createRoute({ getParentRoute: () => root, path: '/', component: HomePage })
  const other = createRoute({ getParentRoute: () => root, path: '$', component: () => null })
  const router = createRouter({ routeTree: root.addChildren([page, other]), history: createMemoryHistory() })
  const shown = await renderIn(<RouterProvider router={router as never} />)
  await screen.findByRole('heading', { level: 1 })
  return shown.container
}

it('leads on with the next picture itself, and shows each queue with its bar', async () => {
  const container = await open({ next: NEXT, queues: [queue(), queue({ project: 8, name: 'Cars', waits: false })] })
  expect(screen.getByRole('img', { name: 'The next picture' }).getAttribute('src')).toBe('/display')
  expect(screen.getByRole('link', { name: 'Continue' }).getAttribute('href')).toBe('/p/7/label')
  expect(screen.getByText('4 answers today')).toBeTruthy()
  expect(screen.getByRole('progressbar', { name: 'Settled pictures of Cars' }).getAttribute('aria-valuenow')).toBe('25')
  expect(screen.getByRole('link', { name: 'Birds' }).getAttribute('href')).toBe('/p/7/label')
  expect(screen.getByRole('link', { name: 'Cars' }).getAttribute('href')).toBe('/p/8')
  expect((await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([])
})

it('says what needs an admin, each a link to where it is dealt with', async () => {
  const of = { project: 7, name: 'Birds', subject: null, of: '' }
  await open({ next: NEXT }, [
    { ...of, what: 'review', count: 3 },
    { ...of, what: 'failed_run', count: 0, subject: 5 },
    { ...of, what: 'low_agreement', count: 40, subject: 9, of: 'Bob' },
  ])
  expect(await screen.findByRole('heading', { name: '3 things need you' })).toBeTruthy()
  const hrefs = ['pictures to review', 'Run 5', 'Bob agrees'].map((name) =>
    screen.getByRole('link', { name: new RegExp(name) }).getAttribute('href'),
  )
  expect(hrefs).toEqual(['/p/7/review', '/p/7/runs/5', '/p/7/people?tab=work&person=9'])
})

it.each([
  ['a practice first', { next: { ...NEXT, picture: null, practice: true } }, 'Begin the practice', '/p/7/practice'],
  ['no picture yet', { queues: [queue({ open: 0, done: 0, waits: false })] }, 'See what Birds still needs', '/p/7'],
  ['paused', { queues: [queue({ paused: true, waits: false })] }, 'See why', '/p/7/label'],
  ['no project', { queues: [] }, 'New project', '/projects/new'],
])('says how to begin: %s', async (_, home, name, place) => {
  await open(home as Partial<Home>)
  expect(screen.getByRole('link', { name }).getAttribute('href')).toBe(place)
})

it('says that nothing waits where all is answered, and where to get a project from', async () => {
  await open({ queues: [queue({ waits: false })] })
  expect(screen.getByRole('heading', { name: 'Nothing waits for you' })).toBeTruthy()
  expect(screen.getByText('Nothing for you just now')).toBeTruthy()
})
