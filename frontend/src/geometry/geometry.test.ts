import { describe, expect, it } from 'vitest'
import {
  area,
  around,
  type Box,
  between,
  canonical,
  clip,
  contains,
  grow,
  height,
  iou,
  LEAST,
  nudge,
  stretch,
  width,
} from './box'
import { HANDLES, handleAt, handlePoint, REACH } from './handles'
import { imagePoint, type Size, screenPoint } from './points'
import { edgesOf, nearest, snapMove, snapPoint } from './snap'
import { CLOSEST, drift, pan, toImage, toScreen, type View, visible, wholeOf, zoomAt, zoomTo } from './transform'

/** Numbers that come again with the same seed (Park and Miller's generator). */
function dice(seed: number) {
  let state = seed
  return (low: number, high: number) => {
    state = (state * 48271) % 2147483647
    return low + (state / 2147483647) * (high - low)
  }
}

const SIZE: Size = { width: 640, height: 427 }
const STAGE: Size = { width: 1380, height: 760 }
const draw = (roll: ReturnType<typeof dice>) => imagePoint(roll(-200, 900), roll(-200, 700))
function boxOn(roll: ReturnType<typeof dice>): Box {
  return canonical(between(draw(roll), draw(roll)), SIZE) ?? [10, 10, 20, 20]
}
const inside = (box: Box) => box[0] >= 0 && box[1] >= 0 && box[2] <= SIZE.width + 1e-9 && box[3] <= SIZE.height + 1e-9

function times(run: (roll: ReturnType<typeof dice>) => void): void {
  for (let seed = 1; seed <= 400; seed += 1) run(dice(seed * 7919))
}

describe('boxes', () => {
  it('are the same from any two opposite corners, and hold the points that made them', () => {
    times((roll) => {
      const [a, b] = [draw(roll), draw(roll)]
      const box = between(a, b)
      expect(between(b, a)).toEqual(box)
      expect(between(imagePoint(a.x, b.y), imagePoint(b.x, a.y))).toEqual(box)
      expect(around([a, b])).toEqual(box)
      expect(contains(box, imagePoint((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))).toBe(area(box) > 0)
    })
  })

  it('overlap as much as the pixels that they share', () => {
    expect(iou([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(50 / 150)
    expect(iou([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0)
    times((roll) => {
      const whole = () => [roll(0, 20), roll(0, 20)].map(Math.floor) as [number, number]
      const [[ax, ay], [bx, by]] = [whole(), whole()]
      const [a, b]: Box[] = [
        [ax, ay, ax + 7, ay + 5],
        [bx, by, bx + 6, by + 9],
      ] as const
      if (!a || !b) throw new Error('two boxes')
      let [both, either] = [0, 0]
      for (let x = 0; x < 40; x += 1) {
        for (let y = 0; y < 40; y += 1) {
          const point = imagePoint(x + 0.5, y + 0.5)
          const [inA, inB] = [contains(a, point), contains(b, point)]
          if (inA && inB) both += 1
          if (inA || inB) either += 1
        }
      }
      expect(iou(a, b)).toBeCloseTo(both / either)
      expect(iou(b, a)).toBe(iou(a, b))
    })
  })

  it('become canonical: on the picture, to a hundredth, and again the same', () => {
    times((roll) => {
      const kept = canonical(between(draw(roll), draw(roll)), SIZE)
      if (!kept) return
      expect(inside(kept)).toBe(true)
      expect(width(kept)).toBeGreaterThanOrEqual(LEAST)
      expect(height(kept)).toBeGreaterThanOrEqual(LEAST)
      expect(canonical(kept, SIZE)).toEqual(kept)
      for (const value of kept) expect(value).toBe(Number(value.toFixed(2)))
    })
    expect(canonical([Number.NaN, 0, 9, 9], SIZE)).toBeNull()
    expect(canonical([5, 5, 5.5, 30], SIZE)).toBeNull()
    expect(canonical([700, 0, 800, 40], SIZE)).toBeNull()
  })

  it('keep their size when moved and never leave the picture, whatever is done to them', () => {
    times((roll) => {
      const box = boxOn(roll)
      const moved = nudge(box, roll(-900, 900), roll(-900, 900), SIZE)
      expect(inside(moved)).toBe(true)
      expect(width(moved)).toBeCloseTo(width(box))
      expect(height(moved)).toBeCloseTo(height(box))
      for (const handle of HANDLES) {
        const pulled = stretch(box, handle, draw(roll), SIZE)
        expect(inside(pulled)).toBe(true)
        expect(Math.min(width(pulled), height(pulled))).toBeGreaterThanOrEqual(LEAST - 1e-9)
        if (handle.x === 0) expect([pulled[0], pulled[2]]).toEqual([box[0], box[2]])
      }
      const grown = grow(box, roll(-900, 900), roll(-900, 900), SIZE)
      expect(inside(grown)).toBe(true)
      expect([grown[0], grown[1]]).toEqual([box[0], box[1]])
      expect(Math.min(width(grown), height(grown))).toBeGreaterThanOrEqual(LEAST - 1e-9)
    })
  })

  it('turn over when a handle is drawn across the other side', () => {
    expect(stretch([100, 100, 200, 200], { x: 1, y: 1 }, imagePoint(50, 60), SIZE)).toEqual([50, 60, 100, 100])
    expect(clip([-5, -5, 1000, 1000], SIZE)).toEqual([0, 0, 640, 427])
  })
})

describe('the view', () => {
  const someView = (roll: ReturnType<typeof dice>): View => ({
    scale: roll(0.3, 20),
    x: roll(-400, 400),
    y: roll(-300, 300),
  })

  it('goes to the stage and back', () => {
    times((roll) => {
      const view = someView(roll)
      const point = draw(roll)
      const back = toImage(view, toScreen(view, point))
      expect(back.x).toBeCloseTo(point.x)
      expect(back.y).toBeCloseTo(point.y)
    })
  })

  it('fits the whole picture in the middle', () => {
    const view = wholeOf(SIZE, STAGE)
    expect(visible(view, SIZE, STAGE)).toEqual([0, 0, SIZE.width, SIZE.height])
    const middle = toScreen(view, imagePoint(SIZE.width / 2, SIZE.height / 2))
    expect([middle.x, middle.y]).toEqual([STAGE.width / 2, STAGE.height / 2])
  })

  it('zooms around what lies under the pointer, and back to where it was', () => {
    times((roll) => {
      const view = wholeOf(SIZE, STAGE)
      const at = toScreen(view, imagePoint(roll(0, SIZE.width), roll(0, SIZE.height)))
      const factor = roll(1, 8)
      const nearer = zoomAt(view, at, factor, SIZE, STAGE)
      const [before, after] = [toImage(view, at), toImage(nearer, at)]
      expect(after.x).toBeCloseTo(before.x)
      expect(after.y).toBeCloseTo(before.y)
      const back = zoomAt(nearer, at, view.scale / nearer.scale, SIZE, STAGE)
      expect(back.x).toBeCloseTo(view.x)
      expect(back.scale).toBeCloseTo(view.scale)
    })
  })

  it('neither loses the picture nor comes closer than it may', () => {
    times((roll) => {
      let view = wholeOf(SIZE, STAGE)
      for (let step = 0; step < 20; step += 1) {
        const at = screenPoint(roll(0, STAGE.width), roll(0, STAGE.height))
        view = zoomAt(view, at, roll(0.2, 5), SIZE, STAGE)
        view = pan(view, roll(-2000, 2000), roll(-2000, 2000), SIZE, STAGE)
        expect(view.scale).toBeLessThanOrEqual(CLOSEST)
        expect(area(visible(view, SIZE, STAGE))).toBeGreaterThan(0)
      }
    })
  })

  it('brings a box into the middle, and says how an older drawing lies under it', () => {
    times((roll) => {
      const box = boxOn(roll)
      const before = wholeOf(SIZE, STAGE)
      const after = zoomTo(box, SIZE, STAGE)
      const seen = visible(after, SIZE, STAGE)
      expect(seen[0]).toBeLessThanOrEqual(box[0] + 1e-6)
      expect(seen[3]).toBeGreaterThanOrEqual(box[3] - 1e-6)
      const point = imagePoint(box[0], box[1])
      const moved = drift(before, after)
      const old = toScreen(before, point)
      const now = toScreen(after, point)
      expect(old.x * moved.scale + moved.x).toBeCloseTo(now.x)
      expect(old.y * moved.scale + moved.y).toBeCloseTo(now.y)
    })
  })
})

describe('snapping', () => {
  it('finds the nearest edge as a plain search does', () => {
    times((roll) => {
      const boxes = [boxOn(roll), boxOn(roll), boxOn(roll)]
      const { xs } = edgesOf(boxes, SIZE)
      const value = roll(0, SIZE.width)
      const plain = [...xs].sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0] as number
      const found = nearest(xs, value, 6)
      if (Math.abs(plain - value) > 6) expect(found).toBeNull()
      else expect(Math.abs((found ?? 1e9) - value)).toBeCloseTo(Math.abs(plain - value))
    })
  })

  it('draws points and whole boxes to the edges of the picture and of others, within reach only', () => {
    const edges = edgesOf([[100, 50, 200, 150]], SIZE)
    expect(snapPoint(imagePoint(3, 148), edges, 6)).toMatchObject({ x: 0, y: 150, point: { x: 0, y: 150 } })
    expect(snapPoint(imagePoint(8, 142), edges, 6)).toMatchObject({ x: null, y: null, point: { x: 8, y: 142 } })
    expect(snapMove([204, 60, 260, 90], edges, 6)).toEqual({ dx: -4, dy: 0, x: 200, y: null })
  })
})

describe('handles', () => {
  it('can be taken hold of wherever they are, with a mouse and a finger', () => {
    times((roll) => {
      const box = boxOn(roll)
      const view = zoomTo(box, SIZE, STAGE)
      for (const handle of HANDLES) {
        const at = toScreen(view, handlePoint(box, handle))
        const found = handleAt(box, view, at, REACH.fine)
        if (handle.x !== 0 && handle.y !== 0) expect(found).toEqual(handle)
        else expect(found).not.toBeNull()
      }
      const centre = toScreen(view, imagePoint((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
      expect(handleAt(box, view, centre, REACH.coarse)).toBeNull()
    })
    const view: View = { scale: 1, x: 0, y: 0 }
    expect(handleAt([100, 100, 300, 300], view, screenPoint(318, 200), REACH.fine)).toBeNull()
    expect(handleAt([100, 100, 300, 300], view, screenPoint(318, 200), REACH.coarse)).toEqual({ x: 1, y: 0 })
  })
})
