import { fireEvent, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import type { TimelineEvent } from '@/api/types'
import { renderIn } from '@/test/render'
import { Timeline } from './Timeline'

const event = (what: string, person: string, answer: TimelineEvent['answer']) =>
  ({ at: '2026-11-23T10:00:00Z', what, person, answer, text: '', score: null }) as unknown as TimelineEvent

const DRAWN = event('vote', 'Ada', { boxes: [{ concept: 1, box: [0, 0, 9, 9] }] })
const PROPOSED = event('proposal', 'run 3', { boxes: [{ concept: 1, box: [0, 0, 9, 8] }] })
const NOTHING = event('vote', 'Bob', { nothing: true })

it('offers each drawn answer, a vote as well as a proposal, to be looked at on the picture', async () => {
  const shows = new Map([DRAWN, PROPOSED].map((one) => [one, vi.fn()]))
  const onShow = (one: TimelineEvent) => shows.get(one) ?? null
  const events = [DRAWN, PROPOSED, NOTHING]
  await renderIn(<Timeline events={events} say={() => 'said'} shown={PROPOSED} onShow={onShow} />)
  const buttons = screen.getAllByRole('button')
  expect(buttons.map((one) => [one.getAttribute('aria-label'), one.getAttribute('aria-pressed')])).toEqual([
    ['Show on the picture: Ada', 'false'],
    ['Show on the picture: run 3', 'true'],
  ])
  fireEvent.click(screen.getByRole('button', { name: 'Show on the picture: Ada' }))
  expect(shows.get(DRAWN)).toHaveBeenCalledTimes(1)
  expect(shows.get(PROPOSED)).not.toHaveBeenCalled()
})
