import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import type { TimelineEvent } from '@/api/types'
import { renderIn } from '@/test/render'
import { Timeline } from './Timeline'

const event = (what: string, person: string, answer: TimelineEvent['answer'], more: Partial<TimelineEvent> = {}) =>
  ({ at: '2026-11-23T10:00:00Z', what, person, answer, text: '', note: '', score: null, ...more }) as TimelineEvent

const DRAWN = event('vote', 'Ada', { boxes: [{ concept: 1, box: [0, 0, 9, 9] }] })
const PROPOSED = event('proposal', 'run 3', { boxes: [{ concept: 1, box: [0, 0, 9, 8] }] })
const NOTHING = event('vote', 'Bob', { nothing: true })

async function show(
  events: TimelineEvent[],
  { shown = null, onShow = () => null }: Partial<Parameters<typeof Timeline>[0]> = {},
) {
  const root = createRootRoute({
    component: () => <Timeline pid={1} events={events} say={() => 'said'} shown={shown} onShow={onShow} />,
  })
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ['/'] }) })
  await renderIn(<RouterProvider router={router as never} />)
  await screen.findAllByRole('listitem')
}

it('offers each drawn answer, a vote as well as a proposal, to be looked at on the picture', async () => {
  const shows = new Map([DRAWN, PROPOSED].map((one) => [one, vi.fn()]))
  const onShow = (one: TimelineEvent) => shows.get(one) ?? null
  const events = [DRAWN, PROPOSED, NOTHING]
  await show(events, { shown: PROPOSED, onShow })
  const buttons = screen.getAllByRole('button')
  expect(buttons.map((one) => [one.getAttribute('aria-label'), one.getAttribute('aria-pressed')])).toEqual([
    ['Show on the picture: Ada', 'false'],
    ['Show on the picture: run 3', 'true'],
  ])
  fireEvent.click(screen.getByRole('button', { name: 'Show on the picture: Ada' }))
  expect(shows.get(DRAWN)).toHaveBeenCalledTimes(1)
  expect(shows.get(PROPOSED)).not.toHaveBeenCalled()
})

it('says where it came from, what came with it and why it was asked again', async () => {
  await show([
    event('added', 'Grace', null, { text: 'spring' }),
    event('imported', 'folder', null, { text: 'Cats', note: 'unknown_class' }),
    event('handed_out', 'Ada', null),
    event('settled', '', NOTHING.answer, { score: 0.9, text: 'dawid_skene' }),
    event('asked_again', 'Grace', null, { asking: 2, note: 'the ears' }),
    event('asked_again', 'Grace', null, { asking: 3, note: 'evaluation 5' }),
  ])
  const said = screen.getAllByRole('listitem').map((row) => row.firstElementChild?.textContent)
  expect(said).toEqual([
    'Gracebrought this inwith the delivery spring',
    'foldercame with it:Cats(not taken: the project has no such class)',
    'Adahas it now',
    'The crowd settled onsaid90%',
    'Graceasked againfor the 2. timebecause: the ears',
    'Graceasked againfor the 3. timebecause of an evaluation',
  ])
  expect(screen.getByRole('link', { name: 'because of an evaluation' }).getAttribute('href')).toBe('/p/1/evaluations/5')
})
