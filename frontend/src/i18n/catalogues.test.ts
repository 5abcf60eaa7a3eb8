import { describe, expect, it } from 'vitest'
import engine from '../../../training/catalogue.json'

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { import: 'default', eager: true })
const areas = Object.keys(files)
  .filter((path) => path.startsWith('./en/'))
  .map((path) => path.slice('./en/'.length))

function flat(texts: Record<string, unknown>, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [inner, text] of flat(value as Record<string, unknown>, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

const placeholders = (text: string) => (text.match(/\{\{[^}]+\}\}|<\/?[0-9a-z]+\/?>/g) ?? []).sort()

describe('catalogues', () => {
  it('has the same areas in both languages', () => {
    const chinese = Object.keys(files).filter((path) => path.startsWith('./zh-CN/'))
    expect(chinese.map((path) => path.slice('./zh-CN/'.length)).sort()).toEqual([...areas].sort())
    expect(areas.length).toBeGreaterThanOrEqual(11)
  })

  it.each(areas)('%s: same keys, none empty, same placeholders', (area) => {
    const english = flat(files[`./en/${area}`] ?? {})
    const chinese = flat(files[`./zh-CN/${area}`] ?? {})
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('')
      expect(chinese.get(key)?.trim(), key).not.toBe('')
      expect(placeholders(chinese.get(key) ?? ''), key).toEqual(placeholders(text))
    }
  })

  it('has words for every preset and option of the engine', () => {
    const texts = flat(files['./en/training.json'] ?? {})
    for (const { name } of engine.presets) expect(texts.has(`presets.${name}.about`), name).toBe(true)
    for (const { name } of engine.options) expect(texts.has(`option.${name}`), name).toBe(true)
    expect(engine.presets.length).toBeGreaterThan(0)
  })
})
