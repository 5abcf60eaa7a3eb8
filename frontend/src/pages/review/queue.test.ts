import { describe, expect, it } from 'vitest'
import { current, EMPTY, extend, fail, leading, left, move, type ReviewItem, type Ruling, rule, tally } from './queue'

const item = (task: number, change: Partial<ReviewItem> = {}): ReviewItem => ({
  task,
  image: { id: task, width: 10, height: 10, thumb: '', display: '' },
  confidence: 0.5,
  distribution: [],
  votes: [],
  split: '',
  state: 'review',
  asking: 1,
  ...change,
})
const vote = (answer: ReviewItem['votes'][number]['answer'], asking = 1) => ({
  answer,
  asking,
  surplus: false,
  proposed: false,
})
const three = extend(EMPTY, [item(1), item(2), item(3)])
const dog: Ruling = { ruling: 'settle', answer: { choice: [5] } }

describe('the review queue', () => {
  it('goes on at once with the next open task', () => {
    const ruled = rule(three, 1, dog)
    expect([current(ruled)?.task, left(ruled)]).toEqual([2, 2])
    const back = rule(move(rule(ruled, 2, dog), -2), 1, { ruling: 'set_aside' })
    expect(current(back)?.task).toBe(3)
    expect(back.rulings.get(1)).toEqual({ ruling: 'set_aside' })
  })

  it('returns to a task whose ruling did not get through, with the reason', () => {
    const failed = fail(rule(rule(three, 1, dog), 2, dog), 1, 'no connection')
    expect([current(failed)?.task, failed.failed.get(1), left(failed)]).toEqual([1, 'no connection', 2])
    const again = rule(failed, 1, dog)
    expect([current(again)?.task, again.failed.size]).toEqual([3, 0])
  })

  it('keeps places when more is listed, and lists no task twice', () => {
    const longer = extend(rule(three, 1, dog), [item(3), item(4)])
    expect(longer.items.map((one) => one.task)).toEqual([1, 2, 3, 4])
    expect(current(longer)?.task).toBe(2)
  })

  it('stands after the last when all is ruled, and moves no further than its ends', () => {
    const done = rule(rule(rule(three, 1, dog), 2, dog), 3, dog)
    expect([current(done), left(done)]).toEqual([null, 0])
    expect(current(move(done, -1))?.task).toBe(3)
    expect(move(three, -1)).toBe(three)
  })

  it('leads with the likeliest class, "nothing" too, else the commonest answer', () => {
    const likely = item(1, {
      distribution: [
        { concept_id: 5, p: 0.3 },
        { concept_id: null, p: 0.7 },
      ],
    })
    expect(leading(likely)).toEqual({ nothing: true })
    const votes = [vote({ pass: 'cannot_tell' }), vote({ pass: 'cannot_tell' }), vote({ choice: [9] })]
    expect(leading(item(1, { votes }))).toEqual({ choice: [9] })
    expect(leading(item(1, { votes: votes.slice(0, 2) }))).toBeNull()
  })

  it('counts the votes of the present asking only', () => {
    const votes = [
      vote({ choice: [1] }, 1),
      vote({ choice: [2] }, 2),
      vote({ choice: [2] }, 2),
      vote({ nothing: true }, 2),
    ]
    expect(tally(item(1, { asking: 2, votes })).map(({ count }) => count)).toEqual([2, 1])
    expect(tally(item(1, { asking: 2, votes }))[0]?.share).toBeCloseTo(2 / 3)
  })
})
