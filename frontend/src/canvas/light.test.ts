import { afterEach, describe, expect, it, vi } from 'vitest'
import { AS_IS, changed, exponentOf, isAsIs, keepLight, keptLight, lighter, lightFilter, MOST } from './light'

afterEach(() => vi.unstubAllGlobals())

const store = (kept: string | null) => {
  const all = new Map(kept === null ? [] : [['fovea.light', kept]])
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => all.get(key) ?? null,
    setItem: (key: string, value: string) => all.set(key, value),
  })
}

describe('light', () => {
  it('changes one part by a tenth and stops at its ends', () => {
    expect(lighter(AS_IS, 'gamma', 1)).toEqual({ ...AS_IS, gamma: 110 })
    expect(lighter({ ...AS_IS, contrast: MOST }, 'contrast', 1).contrast).toBe(MOST)
  })

  it('names what is not as it was', () => {
    expect(isAsIs(AS_IS)).toBe(true)
    expect(changed({ ...AS_IS, gamma: 150, contrast: 90 })).toEqual(['contrast', 'gamma'])
    expect(isAsIs({ ...AS_IS, grey: true })).toBe(false)
  })

  it('is a filter only where it does something, and asks for the gamma filter only then', () => {
    expect(lightFilter(AS_IS, 'g')).toBe('none')
    expect(lightFilter({ ...AS_IS, grey: true }, 'g')).toBe('brightness(100%) contrast(100%) grayscale(1)')
    expect(lightFilter({ ...AS_IS, gamma: 200 }, 'g')).toContain('url(#g)')
    expect(exponentOf({ ...AS_IS, gamma: 200 })).toBe(0.5)
  })

  it('is kept for the tab; what is kept in another shape counts as nothing', () => {
    store(null)
    keepLight({ brightness: 120, contrast: 80, gamma: 150, grey: true })
    expect(keptLight()).toEqual({ brightness: 120, contrast: 80, gamma: 150, grey: true })
    for (const odd of ['{"brightness":120,"contrast":80}', 'null', '{', '{"brightness":"1","contrast":1,"gamma":1}']) {
      store(odd)
      expect(keptLight()).toEqual(AS_IS)
    }
    store('{"brightness":9000,"contrast":1,"gamma":100}')
    expect(keptLight()).toEqual({ ...AS_IS, brightness: MOST, contrast: 30 })
  })
})
