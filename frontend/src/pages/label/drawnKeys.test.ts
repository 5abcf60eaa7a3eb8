import { beforeEach, describe, expect, it, vi } from 'vitest'
import { planKeys } from '@/kinds/box/keys'
import { BoxSketch } from '@/kinds/box/sketch'
import type { ClassEntry } from '@/kinds/kind'
import { drawing, type Looked } from './drawnKeys'
import { actFor, keyOf, LABEL_LETTERS, type Press } from './keys'

const entry = (id: number): ClassEntry => ({
  concept_id: id,
  index: id - 1,
  name: `class ${id}`,
  definition: '',
  synonyms: [],
  color: '',
  hotkey: '',
  archived: false,
  examples: [],
})
const CLASSES = [entry(1), entry(2)]
const plan = planKeys(CLASSES, [])
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

describe('keys while something is drawn', () => {
  let sketch: BoxSketch
  let looked: Looked
  let accept: ReturnType<typeof vi.fn<() => void>>
  let keys: ReturnType<typeof drawing>
  beforeEach(() => {
    sketch = new BoxSketch(
      { width: 100, height: 80 },
      { classes: CLASSES, proposal: null, given: null, kept: null, concept: null },
    )
    looked = {
      held: null,
      key: () => false,
      seen: { view: { scale: 1, x: 0, y: 0 }, stage: { width: 100, height: 80 } },
    }
    accept = vi.fn()
    keys = drawing({ sketch: () => sketch, plan: () => plan, looked: () => looked, accept })
  })

  it('Space hands in when it is let go of, once, however long it is held', () => {
    expect(keys.down(press(' '))).toBe(true)
    expect(keys.down(press(' ', { repeat: true }))).toBe(true)
    expect(accept).not.toHaveBeenCalled()
    keys.up(press(' '))
    keys.up(press(' '))
    expect(accept).toHaveBeenCalledTimes(1)
  })

  it('Space with a drag only moves the picture; so does one whose end was never heard', () => {
    keys.down(press(' '))
    if (looked.held) looked.held.moved = true
    keys.up(press(' '))
    keys.down(press(' '))
    keys.lost()
    keys.up(press(' '))
    expect(accept).not.toHaveBeenCalled()
  })

  it('the next key finds the answer given, as it would had Space been let go of in time', () => {
    keys.down(press(' '))
    keys.down(press('Shift'))
    expect(accept).not.toHaveBeenCalled()
    accept.mockImplementation(() => expect(sketch.concept).toBe(1))
    expect(keys.down(press('2'))).toBe(true)
    expect(accept).toHaveBeenCalledTimes(1)
    expect(sketch.concept).toBe(2)
    keys.up(press(' '))
    expect(accept).toHaveBeenCalledTimes(1)
  })

  it('Space lets go of half a box, sets a corner by keyboard, and presses a button that has the focus', () => {
    expect(keys.down(press(' ', { onControl: true }))).toBe(false)
    keys.down(press('n'))
    for (const key of [' ', 'ArrowRight', 'ArrowDown', ' ']) {
      keys.down(press(key))
      keys.up(press(key))
    }
    expect(sketch.boxes.list).toHaveLength(1)
    expect(accept).not.toHaveBeenCalled()
  })

  it('a letter that neither draws nor commands begins the search; / always does', () => {
    const act = (key: string, change: Partial<Press> = {}) => actFor(press(key, change), plan, LABEL_LETTERS)
    expect(['a', 'c', 'm', 'S'].map((key) => act(key))).toEqual(['a', 'c', 'm', 'S'].map((search) => ({ search })))
    expect(act('/')).toEqual({ search: '' })
    expect(['u', 'b', 'k', 'g'].map((key) => act(key))).toEqual(
      ['cannot_tell', 'broken', 'skip', 'guide'].map((command) => ({ command })),
    )
    expect(act('d')).toBeNull()
    expect([act('N', { shift: true }), act('n')]).toEqual([{ command: 'nothing' }, null])
    expect(keyOf('broken', plan, LABEL_LETTERS)).toEqual({ shift: false, letter: 'B' })
  })
})
