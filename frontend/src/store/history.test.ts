import { describe, expect, it } from 'vitest'
import { makeTask } from './fakeServer'
import {
  bringBack,
  canRedo,
  canUndo,
  DEPTH,
  EMPTY,
  type Entry,
  type History,
  record,
  redo,
  shown,
  toNewest,
  undo,
} from './history'

const entry = (id: number, key = `key-${id}`, choice = 1): Entry => ({
  task: makeTask(id),
  key,
  answer: { choice: [choice] },
})
const answered = (count: number): History =>
  Array.from({ length: count }, (_, place) => entry(place + 1)).reduce(record, EMPTY)

describe('history', () => {
  it('goes back across submits, one by one, and forward again', () => {
    const three = answered(3)
    const once = undo(three)
    const twice = undo(once)
    expect([shown(three), shown(once)?.task.id, shown(twice)?.task.id]).toEqual([null, 3, 2])
    expect(shown(redo(twice))?.task.id).toBe(3)
    expect(shown(redo(redo(twice)))).toBeNull()
  })

  it('puts a changed answer in the place of the old one and jumps to the newest', () => {
    const changed = record(undo(undo(answered(3))), entry(2, 'key-new', 5))
    expect(changed.entries.map((kept) => kept.key)).toEqual(['key-1', 'key-new', 'key-3'])
    expect(shown(changed)).toBeNull()
    expect(shown(undo(changed))?.key).toBe('key-3')
  })

  it('is fifty deep', () => {
    let history = answered(DEPTH + 7)
    expect(history.entries.length).toBe(50)
    let steps = 0
    while (canUndo(history)) {
      history = undo(history)
      steps += 1
    }
    expect([steps, shown(history)?.task.id]).toEqual([50, 8])
    expect(undo(history)).toBe(history)
  })

  it('brings an answer from elsewhere to the screen, once', () => {
    const brought = bringBack(bringBack(answered(2), entry(9, 'key-old')), entry(9, 'key-older'))
    expect(shown(brought)?.key).toBe('key-older')
    expect(brought.entries.map((kept) => kept.task.id)).toEqual([1, 2, 9])
    expect(shown(redo(brought))).toBeNull()
  })

  it('stands still at both ends and jumps to the newest', () => {
    expect([canUndo(EMPTY), canRedo(EMPTY), undo(EMPTY), redo(EMPTY)]).toEqual([false, false, EMPTY, EMPTY])
    expect(shown(toNewest(undo(undo(answered(4)))))).toBeNull()
  })
})
