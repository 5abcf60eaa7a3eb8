import { describe, expect, it } from 'vitest'
import { NONE, use } from '../classes/recent'
import type { ClassEntry } from '../kind'
import { planKeys } from './keys'

const entry = (id: number, change: Partial<ClassEntry> = {}): ClassEntry => ({
  concept_id: id,
  index: id,
  name: `class ${id}`,
  definition: '',
  synonyms: [],
  color: '',
  hotkey: '',
  archived: false,
  examples: [],
  ...change,
})
const many = (count: number) => Array.from({ length: count }, (_, i) => entry(i + 1))
const keysOf = (classes: ClassEntry[], recent: number[] = []) => Object.fromEntries(planKeys(classes, recent).keys)

describe('keys of classes', () => {
  it('are the digits, then letters that mean nothing else on the page', () => {
    const plan = planKeys(many(20), [])
    expect([...plan.keys.values()].join('')).toBe('1234567890qwertyadfh')
    for (const letter of 'unbksjg') expect(plan.answers.has(letter)).toBe(false)
    expect(plan.answers.get('0')).toEqual({ choice: [10] })
    expect(plan.searches).toBe('none')
  })

  it("give way to a class's own key, whatever else it would mean", () => {
    expect(keysOf([entry(1), entry(2, { hotkey: 'U' }), entry(3, { hotkey: '1' }), entry(4)])).toEqual({
      1: '2',
      2: 'u',
      3: '1',
      4: '3',
    })
  })

  it('leave a doubled or impossible key to the first and number the others', () => {
    expect(keysOf([entry(1, { hotkey: 'x' }), entry(2, { hotkey: 'x' }), entry(3, { hotkey: 'F5' })])).toEqual({
      1: 'x',
      2: '1',
      3: '2',
    })
  })

  it('skip archived classes', () => {
    expect(keysOf([entry(1, { archived: true }), entry(2)])).toEqual({ 2: '1' })
  })

  it('beyond twenty classes stand for those used lately', () => {
    const classes = [...many(30), entry(31, { hotkey: 'z' })]
    expect(planKeys(classes, []).searches).toBe('all')
    expect(keysOf(classes, [7, 31, 999, 5])).toEqual({ 31: 'z', 7: '1', 5: '4' })
  })
})

describe('recently used classes', () => {
  it('keep their slot, and the one used longest ago makes room', () => {
    let recent = NONE
    for (let id = 1; id <= 10; id += 1) recent = use(recent, id)
    recent = use(recent, 1)
    recent = use(recent, 11)
    expect(recent.slots).toEqual([1, 11, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(recent.order.slice(0, 3)).toEqual([11, 1, 10])
    expect(use(recent, 5).slots).toBe(recent.slots)
  })
})
