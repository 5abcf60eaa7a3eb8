import { describe, expect, it } from 'vitest'
import { planKeys } from '@/kinds/choice/keys'
import type { ClassEntry, KeyPlan } from '@/kinds/kind'
import { actFor as act, keyOf as key, LABEL_LETTERS, type LetterCommand, type Press } from './keys'

const actFor = (press: Press, plan: KeyPlan) => act(press, plan, LABEL_LETTERS)
const keyOf = (command: LetterCommand, plan: KeyPlan) => key(command, plan, LABEL_LETTERS)
const entry = (id: number, hotkey = ''): ClassEntry => ({
  concept_id: id,
  index: id,
  name: `class ${id}`,
  definition: '',
  synonyms: [],
  color: '',
  hotkey,
  archived: false,
  examples: [],
})
const few = planKeys([entry(1), entry(2), entry(3, 'n')], [])
const many = planKeys(
  Array.from({ length: 40 }, (_, i) => entry(i + 1)),
  [12],
)
const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  code: '',
  shift: false,
  ctrl: false,
  alt: false,
  composing: false,
  repeat: false,
  typing: false,
  onControl: false,
  ...change,
})

describe('keys of the label page', () => {
  it("answer with a digit, and with a class's own letter even where that means a command", () => {
    expect(actFor(press('2'), few)).toEqual({ answer: { choice: [2] } })
    expect(actFor(press('n'), few)).toEqual({ answer: { choice: [3] } })
    expect(actFor(press('N', { shift: true }), few)).toEqual({ command: 'nothing' })
    expect(keyOf('nothing', few)).toEqual({ shift: true, letter: 'N' })
    expect(keyOf('broken', few)).toEqual({ shift: false, letter: 'B' })
  })

  it('pass, look at the guide, undo and redo', () => {
    const told = ['u', 'b', 'k', 'g', '?', ' ', 'Enter', 'Escape'].map((key) => actFor(press(key), few))
    const commands = ['cannot_tell', 'broken', 'skip', 'guide', 'keys', 'accept', 'accept', 'newest']
    expect(told).toEqual(commands.map((command) => ({ command })))
    expect(actFor(press('z', { ctrl: true }), few)).toEqual({ command: 'undo' })
    expect(actFor(press('Z', { ctrl: true, shift: true }), few)).toEqual({ command: 'redo' })
    expect(actFor(press('y', { ctrl: true }), few)).toEqual({ command: 'redo' })
    expect(actFor(press('1', { ctrl: true }), few)).toBeNull()
  })

  it('open the search with any letter when there are more classes than keys', () => {
    expect(actFor(press('b'), many)).toEqual({ search: 'b' })
    expect(actFor(press('B', { shift: true }), many)).toEqual({ command: 'broken' })
    expect(actFor(press('1'), many)).toEqual({ answer: { choice: [12] } })
    expect(actFor(press('7'), many)).toBeNull()
    expect(actFor(press('/'), few)).toEqual({ search: '' })
  })

  it('mean nothing while an input method composes, in a text field, held down, or with Alt', () => {
    for (const change of [{ composing: true }, { typing: true }, { repeat: true }, { alt: true }]) {
      expect(actFor(press('2', change), few)).toBeNull()
    }
    expect(actFor(press('Process', { code: 'KeyB' }), few)).toBeNull()
  })

  it('leave Space and Enter to a button that has the focus', () => {
    expect(actFor(press(' ', { onControl: true }), few)).toBeNull()
    expect(actFor(press('2', { onControl: true }), few)).toEqual({ answer: { choice: [2] } })
  })

  it('work by place on a keyboard that writes other letters', () => {
    expect(actFor(press('г', { code: 'KeyU' }), few)).toEqual({ command: 'cannot_tell' })
    expect(actFor(press('é', { code: 'Digit2' }), few)).toEqual({ answer: { choice: [2] } })
    expect(actFor(press('я', { code: 'KeyZ', ctrl: true }), few)).toEqual({ command: 'undo' })
  })
})
