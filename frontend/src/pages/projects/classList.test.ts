import { expect, it } from 'vitest'
import { classesIn } from './classList'

it('counts named lines only', () => {
  expect(classesIn('cat | a cat\r\n\n  \n| no name\ndog\n')).toBe(2)
  expect(classesIn('')).toBe(0)
})
