import { describe, expect, it } from 'vitest'
import { iou } from '@/geometry/box'
import { imagePoint } from '@/geometry/points'
import { toScreen, type View } from '@/geometry/transform'
import type { Answer, AnsweredBox } from '@/store/desk'
import type { Beginning, ClassEntry } from '../kind'
import type { KeyPress, Pointing } from '../sketch'
import { BoxSketch } from './sketch'
import { warningsOf } from './warnings'

const SIZE = { width: 400, height: 300 }
const VIEW: View = { scale: 2, x: 10, y: 20 }
const SEEN = { view: VIEW, stage: { width: 820, height: 640 } }
const classOf = (concept_id: number, name: string): ClassEntry => ({
  concept_id,
  index: concept_id - 1,
  name,
  definition: '',
  synonyms: [],
  color: '',
  hotkey: '',
  archived: false,
  examples: [],
})
const CLASSES = [classOf(1, 'cat'), classOf(2, 'dog'), classOf(3, 'hare')]

function begin(change: Partial<Beginning> = {}): BoxSketch {
  const empty = { classes: CLASSES, proposal: null, given: null, kept: null, concept: null }
  return new BoxSketch(SIZE, { ...empty, ...change })
}
function how(x: number, y: number, change: Partial<Pointing> = {}): Pointing {
  return { at: toScreen(VIEW, imagePoint(x, y)), view: VIEW, coarse: false, alt: true, shift: false, ...change }
}
function drag(sketch: BoxSketch, from: [number, number], to: [number, number], change: Partial<Pointing> = {}): void {
  sketch.press(how(...from, change))
  sketch.move(how((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, change))
  sketch.release(how(...to, change))
}
function click(sketch: BoxSketch, x: number, y: number, change: Partial<Pointing> = {}): void {
  sketch.press(how(x, y, change))
  sketch.release(how(x, y, change))
}
function key(sketch: BoxSketch, name: string, change: Partial<KeyPress> = {}): boolean {
  const plain = { key: name, code: '', shift: false, ctrl: false, alt: false, repeat: false, onControl: false }
  return sketch.key({ ...plain, ...change }, SEEN)
}
function boxes(sketch: BoxSketch): AnsweredBox[] {
  const answer = sketch.answer()
  return answer && 'boxes' in answer ? answer.boxes : []
}
const coordinates = (sketch: BoxSketch) => boxes(sketch).map((each) => each.box)

describe('what is kept of a sketch', () => {
  it('is the same object until a box changes, and nothing again when all is undone', () => {
    const sketch = begin()
    expect(sketch.keep()).toBeNull()
    drag(sketch, [20, 30], [120, 90])
    const kept = sketch.keep()
    sketch.select(null)
    expect(sketch.keep()).toBe(kept)
    key(sketch, 'Tab')
    key(sketch, 'o')
    expect(sketch.keep()).not.toBe(kept)
    sketch.undo()
    sketch.undo()
    expect(sketch.keep()).toBeNull()
  })

  it('comes back as a step that can be undone, over what the task began with', () => {
    const given = { boxes: [{ concept: 1, box: [1, 2, 30, 40] }] } as Answer
    const earlier = begin({ given })
    drag(earlier, [50, 60], [90, 100])
    const sketch = begin({ given, kept: JSON.parse(JSON.stringify(earlier.keep())) })
    expect(coordinates(sketch)).toEqual([
      [1, 2, 30, 40],
      [50, 60, 90, 100],
    ])
    sketch.undo()
    expect(coordinates(sketch)).toEqual([[1, 2, 30, 40]])
  })

  it('marks of boxes that stay as they are stay the same objects', () => {
    const sketch = begin()
    drag(sketch, [20, 30], [120, 90])
    sketch.select(null)
    const [first] = sketch.still
    drag(sketch, [200, 30], [220, 90])
    sketch.select(null)
    expect(sketch.still[0]).toBe(first)
  })
})

describe('drawing', () => {
  it('makes a box by a drag, by two clicks and by four extreme points, in the sticky class', () => {
    const sketch = begin()
    drag(sketch, [20, 30], [120, 90])
    sketch.pick(2)
    click(sketch, 200, 40)
    sketch.move(how(240, 80))
    click(sketch, 260, 100)
    key(sketch, 'e')
    for (const [x, y] of [
      [30, 150],
      [90, 210],
      [10, 190],
      [60, 240],
    ] as const)
      click(sketch, x, y)
    expect(boxes(sketch)).toEqual([
      { concept: 1, box: [20, 30, 120, 90] },
      { concept: 2, box: [200, 40, 260, 100] },
      { concept: 2, box: [10, 150, 90, 240] },
    ])
  })

  it('draws over the box in hand, and from its very corner, while Shift is held', () => {
    const sketch = begin()
    drag(sketch, [20, 30], [120, 90])
    sketch.press(how(120, 90, { shift: true }))
    sketch.move(how(180, 140, { shift: true }))
    sketch.release(how(180, 140, { shift: true }))
    expect(coordinates(sketch)).toEqual([
      [20, 30, 120, 90],
      [120, 90, 180, 140],
    ])
  })

  it('makes a box by keyboard alone', () => {
    const sketch = begin()
    expect(key(sketch, 'n')).toBe(true)
    key(sketch, 'ArrowLeft', { shift: true })
    key(sketch, 'Enter')
    key(sketch, 'ArrowRight')
    key(sketch, 'ArrowDown', { ctrl: true })
    key(sketch, 'ArrowDown')
    key(sketch, 'Enter')
    const step = 8
    expect(coordinates(sketch)).toEqual([[200 - 5 * step, 150, 200 - 4 * step, 151 + step]])
    expect(sketch.gesture).toBeNull()
  })

  it('snaps to the picture and to other boxes within six pixels of the stage, and not with Alt', () => {
    const sketch = begin()
    drag(sketch, [100, 100], [150, 150])
    drag(sketch, [2, 40], [97.5, 90], { alt: false })
    drag(sketch, [2, 200], [97.5, 250])
    expect(coordinates(sketch).slice(1)).toEqual([
      [0, 40, 100, 90],
      [2, 200, 97.5, 250],
    ])
  })

  it('keeps every box on the picture and lets go of what is no box', () => {
    const sketch = begin()
    drag(sketch, [350, 250], [900, 900])
    drag(sketch, [10, 10], [10.2, 60])
    expect(coordinates(sketch)).toEqual([[350, 250, 400, 300]])
  })

  it('begins a box inside another by a drag, and takes the smallest by a click', () => {
    const sketch = begin()
    drag(sketch, [10, 10], [200, 200])
    drag(sketch, [50, 50], [100, 100])
    expect(coordinates(sketch)).toHaveLength(2)
    key(sketch, 'Escape')
    click(sketch, 60, 60)
    expect(sketch.focus).toEqual([50, 50, 100, 100])
    key(sketch, 'Escape')
    click(sketch, 150, 150)
    expect(sketch.focus).toEqual([10, 10, 200, 200])
  })
})

describe('correcting', () => {
  function withBox(): BoxSketch {
    const sketch = begin()
    drag(sketch, [100, 100], [200, 200])
    key(sketch, 'Escape')
    click(sketch, 150, 150)
    return sketch
  }

  it('carries and stretches by the pointer; a locked box stays', () => {
    const sketch = withBox()
    drag(sketch, [150, 150], [170, 140])
    expect(coordinates(sketch)).toEqual([[120, 90, 220, 190]])
    drag(sketch, [220, 190], [240, 230])
    expect(coordinates(sketch)).toEqual([[120, 90, 240, 230]])
    drag(sketch, [121, 150], [101, 150])
    expect(coordinates(sketch)).toEqual([[100, 90, 240, 230]])
    key(sketch, 'l')
    expect(sketch.grabs(how(170, 150))).toBe(false)
    key(sketch, 'ArrowLeft')
    expect(coordinates(sketch)).toEqual([[100, 90, 240, 230]])
  })

  it('nudges by one and ten, resizes with Ctrl, and takes all steps of one key back together', () => {
    const sketch = withBox()
    for (let step = 0; step < 5; step += 1) key(sketch, 'ArrowRight')
    key(sketch, 'ArrowDown', { shift: true })
    expect(coordinates(sketch)).toEqual([[105, 110, 205, 210]])
    key(sketch, 'ArrowLeft', { ctrl: true })
    key(sketch, 'ArrowDown', { ctrl: true, shift: true })
    expect(coordinates(sketch)).toEqual([[105, 110, 204, 220]])
    sketch.undo()
    expect(coordinates(sketch)).toEqual([[105, 110, 205, 210]])
    sketch.undo()
    expect(coordinates(sketch)).toEqual([[100, 100, 200, 200]])
    sketch.redo()
    expect(coordinates(sketch)).toEqual([[105, 110, 205, 210]])
  })

  it('names, flags, duplicates, reorders and removes', () => {
    const sketch = withBox()
    sketch.pick(3)
    for (const letter of 'otq') key(sketch, letter)
    key(sketch, 'o')
    expect(boxes(sketch)).toEqual([{ concept: 3, box: [100, 100, 200, 200], truncated: true, difficult: true }])
    key(sketch, 'd')
    expect(coordinates(sketch)[1]).toEqual([106, 106, 206, 206])
    key(sketch, '[')
    expect(coordinates(sketch)[0]).toEqual([106, 106, 206, 206])
    key(sketch, 'x')
    expect(coordinates(sketch)).toEqual([[100, 100, 200, 200]])
    key(sketch, 'Tab')
    key(sketch, 'Delete')
    expect(sketch.answer()).toBeNull()
  })

  it('gives a digit to the next box, not to the one just drawn; Shift to the one in hand', () => {
    const sketch = begin()
    drag(sketch, [10, 10], [60, 60])
    sketch.pick(2)
    drag(sketch, [80, 10], [140, 60])
    sketch.rename(3)
    expect(boxes(sketch).map((each) => each.concept)).toEqual([1, 3])
    expect(sketch.concept).toBe(2)
  })

  it('walks in reading order and lets Tab go on to the page after the last', () => {
    const sketch = begin()
    drag(sketch, [200, 150], [260, 200])
    drag(sketch, [10, 10], [60, 60])
    drag(sketch, [100, 10], [160, 60])
    key(sketch, 'Escape')
    const walked = [0, 1, 2].map(() => key(sketch, 'Tab') && sketch.focus)
    expect(walked).toEqual([
      [10, 10, 60, 60],
      [100, 10, 160, 60],
      [200, 150, 260, 200],
    ])
    expect(key(sketch, 'Tab')).toBe(false)
    expect(key(sketch, 'Tab', { onControl: true })).toBe(false)
  })

  it('hides the others, or all of them while V is held', () => {
    const sketch = begin()
    drag(sketch, [10, 10], [60, 60])
    drag(sketch, [100, 10], [160, 60])
    expect(sketch.still).toHaveLength(1)
    key(sketch, 'h')
    expect(sketch.still).toHaveLength(0)
    key(sketch, 'h')
    key(sketch, 'v')
    expect(sketch.bare).toBe(true)
    sketch.keyUp({ key: 'v', code: 'KeyV', shift: false, ctrl: false, alt: false, repeat: false, onControl: false })
    expect(sketch.bare).toBe(false)
  })
})

describe('suggestions', () => {
  const proposal: Answer = {
    boxes: [
      { concept: 1, box: [10, 10, 60, 60], score: 0.91 },
      { concept: 2, box: [100, 10, 160, 60], score: 0.4 },
      { concept: 2, box: [200, 10, 260, 60], score: 0.77 },
    ],
  }

  it('are dashed with their score until somebody touches them, and handed in with where they came from', () => {
    const sketch = begin({ proposal })
    expect(sketch.still.map((mark) => [mark.text, mark.tentative])).toEqual([
      ['cat 91%', true],
      ['dog 40%', true],
      ['dog 77%', true],
    ])
    expect(sketch.keep()).toBeNull()
    key(sketch, 'Tab')
    key(sketch, 'Tab')
    key(sketch, 'x')
    click(sketch, 230, 30)
    key(sketch, 'ArrowRight')
    drag(sketch, [20, 150], [90, 250])
    expect(sketch.still.map((mark) => mark.tentative)).toEqual([true, false])
    expect(boxes(sketch)).toEqual([
      { concept: 1, box: [10, 10, 60, 60], from_proposal: 0 },
      { concept: 2, box: [201, 10, 261, 60], from_proposal: 2 },
      { concept: 1, box: [20, 150, 90, 250] },
    ])
  })

  it('come back as a draft left them, and undo takes the draft back', () => {
    const first = begin({ proposal })
    key(first, 'Tab')
    key(first, 'x')
    const again = begin({ proposal, kept: structuredClone(first.keep()) })
    expect(again.answer()).toEqual(first.answer())
    expect(again.still.every((mark) => mark.tentative)).toBe(true)
    again.undo()
    expect(coordinates(again)).toHaveLength(3)
    expect(begin({ kept: { list: ['nonsense', { id: 1, box: [0, 0, 'x', 1] }] } }).answer()).toBeNull()
  })
})

describe('warnings', () => {
  it('tell of tiny, very long and doubled boxes', () => {
    const sketch = begin()
    drag(sketch, [10, 10], [12, 40])
    drag(sketch, [10, 100], [390, 110])
    drag(sketch, [50, 150], [150, 250])
    key(sketch, 'Escape')
    drag(sketch, [51, 151], [151, 250])
    const found = warningsOf(sketch.boxes.list)
    expect([...found]).toEqual([
      [1, ['tiny']],
      [2, ['long']],
      [3, ['double']],
      [4, ['double']],
    ])
  })

  it('find the same twins as comparing all with all', () => {
    let state = 7
    const roll = (most: number) => {
      state = (state * 48271) % 2147483647
      return (state / 2147483647) * most
    }
    const list = Array.from({ length: 300 }, (_, id) => {
      const [x, y, w, h] = [roll(40), roll(40), 60 + roll(12), 60 + roll(12)]
      const plain = { from: null, proposed: false, score: null, locked: false, flags: [] }
      return { ...plain, id, concept: id % 2, box: [x, y, x + w, y + h] as const }
    })
    const plainly = new Set<number>()
    for (const a of list) {
      for (const b of list) {
        if (a.id !== b.id && a.concept === b.concept && iou(a.box, b.box) > 0.9) plainly.add(a.id)
      }
    }
    const found = [...warningsOf(list)].filter(([, all]) => all.includes('double')).map(([id]) => id)
    expect(plainly.size).toBeGreaterThan(3)
    expect(found.sort((a, b) => a - b)).toEqual([...plainly].sort((a, b) => a - b))
  })
})

describe('any sequence of acts', () => {
  it('can be taken back to the beginning and done again, and only ever hands in sound boxes', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      let state = seed * 7919
      const roll = (low: number, high: number) => {
        state = (state * 48271) % 2147483647
        return low + (state / 2147483647) * (high - low)
      }
      const sketch = begin()
      const keys = [
        'ArrowLeft',
        'ArrowDown',
        'Tab',
        'x',
        'd',
        'o',
        't',
        'l',
        '[',
        ']',
        'h',
        'Escape',
        'n',
        'Enter',
        'e',
      ]
      for (let act = 0; act < 120; act += 1) {
        const [x, y] = [roll(-50, 450), roll(-50, 350)]
        const choice = roll(0, 10)
        if (choice < 3) drag(sketch, [x, y], [roll(-50, 450), roll(-50, 350)], { alt: choice < 1 })
        else if (choice < 4.5) click(sketch, x, y)
        else if (choice < 8)
          key(sketch, keys[Math.floor(roll(0, keys.length))] ?? 'x', {
            shift: roll(0, 1) < 0.3,
            ctrl: roll(0, 1) < 0.2,
          })
        else if (choice < 8.5) sketch.undo()
        else if (choice < 8.8) sketch.redo()
        else sketch.pick(1 + Math.floor(roll(0, 3)))
        const sound = coordinates(sketch).every(
          ([x0, y0, x1, y1]) =>
            x0 >= 0 && y0 >= 0 && x1 <= SIZE.width && y1 <= SIZE.height && x1 - x0 >= 1 && y1 - y0 >= 1,
        )
        expect(sound).toBe(true)
      }
      while (sketch.redo());
      const end = sketch.answer()
      let steps = 0
      while (sketch.undo()) steps += 1
      expect(sketch.answer()).toBeNull()
      for (let step = 0; step < steps; step += 1) expect(sketch.redo()).toBe(true)
      expect(sketch.redo()).toBe(false)
      expect(sketch.answer()).toEqual(end)
    }
  })
})
