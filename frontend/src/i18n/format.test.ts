import { expect, it } from 'vitest'
import { formatFor } from './format'

const english = formatFor('en')
const chinese = formatFor('zh-CN')

it('writes sizes in units a reader knows', () => {
  expect(english.bytes(0)).toBe('0 bytes')
  expect(english.bytes(999)).toBe('999 bytes')
  expect(english.bytes(548_000)).toBe('548 kB')
  expect(english.bytes(1_540_000_000)).toBe('1.5 GB')
})

it('says how long in the unit one plans by', () => {
  expect(english.duration(0.2)).toBe('1 second')
  expect(english.duration(80)).toBe('80 seconds')
  expect(english.duration(600)).toBe('10 minutes')
  expect(english.duration(9000)).toBe('2.5 hours')
  expect(chinese.duration(600)).toBe('10分钟')
})

it('says how long ago, never in the future by a clock that is a little off', () => {
  const now = Date.parse('2026-01-10T12:00:00Z')
  expect(english.ago('2026-01-10T11:58:00Z', now)).toBe('2 minutes ago')
  expect(english.ago('2026-01-09T12:00:00Z', now)).toBe('yesterday')
  expect(english.ago('2026-01-10T12:00:03Z', now)).toBe('now')
  expect(chinese.ago('2026-01-10T11:58:00Z', now)).toBe('2分钟前')
})

it('writes shares as the language does', () => {
  expect(english.percent(0.7321, 1)).toBe('73.2%')
  expect(english.number(12345.6)).toBe('12,346')
})
