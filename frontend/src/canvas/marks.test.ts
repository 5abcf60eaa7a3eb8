import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Mark } from '@/kinds/sketch'
import { difference, MarksLayer, SLICE } from './marks'
import type { Place } from './paint'

const mark = (x: number): Mark => ({ box: [x, 0, x + 1, 1], text: '', colour: '#123456', tentative: false })
const marks = (count: number) => Array.from({ length: count }, (_, x) => mark(x))
const PLACE: Place = { view: { scale: 1, x: 0, y: 0 }, stage: { width: 9000, height: 10 }, ratio: 1 }

/** A canvas that keeps the left edges of what is stroked on it, as a page of pixels would. */
function canvasOf() {
  let seen: number[] = []
  const context = {
    setTransform: () => undefined,
    setLineDash: () => undefined,
    clearRect: () => {
      seen = []
    },
    // The halo has them all, whatever their colours.
    stroke: (path: { xs: number[] }) => {
      seen = [...new Set([...seen, ...path.xs])]
    },
    drawImage: (from: { seen: () => number[] }) => {
      seen = [...new Set([...seen, ...from.seen()])]
    },
    getImageData: () => undefined,
  }
  const canvas = { width: 0, height: 0, getContext: () => context, seen: () => seen }
  Object.assign(context, { canvas })
  return canvas
}

class Path {
  xs: number[] = []
  rect(x: number): void {
    this.xs.push(x)
  }
}

describe('the layer of the marks', () => {
  let front: ReturnType<typeof canvasOf>
  let layer: MarksLayer
  beforeEach(() => {
    vi.stubGlobal('Path2D', Path)
    vi.stubGlobal('document', { createElement: canvasOf })
    front = canvasOf()
    layer = new MarksLayer(front as unknown as HTMLCanvasElement)
  })
  afterEach(() => vi.unstubAllGlobals())
  const frames = (list: readonly Mark[], place = PLACE) => {
    // Each look at the clock costs a frame's whole share: one slice a frame.
    let clock = 0
    let count = 1
    while (
      !layer.begin(list, place, () => {
        clock += 9
        return clock
      })
    ) {
      count += 1
    }
    return count
  }

  it('draws a few at once', () => {
    expect(frames(marks(SLICE))).toBe(1)
    expect(front.seen()).toHaveLength(SLICE)
  })

  it('draws many in slices out of sight, and shows them when all are there', () => {
    const many = marks(3 * SLICE)
    const clock = vi.fn().mockReturnValueOnce(0).mockReturnValue(9)
    expect(layer.begin(many, PLACE, clock)).toBe(false)
    expect(front.seen()).toHaveLength(0)
    expect(frames(many)).toBe(2)
    expect(front.seen()).toHaveLength(3 * SLICE)
    expect(layer.marks).toBe(many)
  })

  it('shows a new one at once above many, and one that comes back among them until all are drawn anew', () => {
    const many = marks(3 * SLICE)
    frames(many)
    const more = [...many, mark(8000)]
    expect(frames(more)).toBe(1)
    expect(front.seen()).toContain(8000)
    const less = more.filter((each) => each !== many[5])
    expect(frames(less)).toBe(3)
    expect(front.seen()).not.toContain(5)
    const clock = vi.fn().mockReturnValueOnce(0).mockReturnValue(9)
    expect(layer.begin(more, PLACE, clock)).toBe(false)
    expect(front.seen()).toContain(5)
  })

  it('begins anew for another view, and keeps what was drawn until then', () => {
    const many = marks(2 * SLICE)
    frames(many)
    const clock = vi.fn().mockReturnValueOnce(0).mockReturnValue(9)
    const nearer = { ...PLACE, view: { scale: 2, x: 0, y: 0 } }
    expect(layer.begin(many, nearer, clock)).toBe(false)
    expect(layer.view).toBe(PLACE.view)
    expect(frames(many, nearer)).toBe(1)
    expect(front.seen()).toContain(2 * (2 * SLICE - 1))
    layer.forget(PLACE)
    expect([front.seen().length, layer.marks.length]).toEqual([0, 0])
  })
})

describe('the difference of two lists', () => {
  it('tells what is new, and whether all before stayed in place', () => {
    const [a, b, c] = marks(3) as [Mark, Mark, Mark]
    expect(difference([a, b], [a, b, c])).toEqual({ added: [c], grown: true })
    expect(difference([a, b], [b, a])).toEqual({ added: [], grown: false })
    expect(difference([a, b], [a, c])).toEqual({ added: [c], grown: false })
  })
})
