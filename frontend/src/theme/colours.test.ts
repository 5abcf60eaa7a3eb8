import { expect, it } from 'vitest'
import { classColour, inkOn } from './colours'

it('gives each class a colour of its own', () => {
  const many = Array.from({ length: 60 }, (_, index) => classColour(index))
  expect(new Set(many).size).toBe(60)
  for (const colour of many) expect(colour).toMatch(/^#[0-9a-f]{6}$/)
  expect(classColour(3, '#123456')).toBe('#123456')
})

it('chooses the ink that is read more easily', () => {
  expect(inkOn('#f0e442')).toBe('#000000')
  expect(inkOn('#0072b2')).toBe('#ffffff')
  expect(inkOn('#ffffff')).toBe('#000000')
  expect(inkOn('#000000')).toBe('#ffffff')
})
