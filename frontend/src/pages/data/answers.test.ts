import { expect, it } from 'vitest'
import { answerText } from './answers'

const words = { nothing: 'nothing fits', pass: (reason: string) => `pass: ${reason}` }
const classes = [
  { concept_id: 7, name: 'cat' },
  { concept_id: 9, name: 'dog' },
]

it('says every kind of answer in words', () => {
  expect(answerText({ choice: [9] }, classes, words)).toBe('dog')
  expect(answerText({ choice: [7, 9] }, classes, words)).toBe('cat, dog')
  expect(answerText({ nothing: true }, classes, words)).toBe('nothing fits')
  expect(answerText({ pass: 'broken' }, classes, words)).toBe('pass: broken')
  expect(answerText({ choice: [5] }, classes, words)).toBe('#5')
  expect(answerText(null, classes, words)).toBe('')
})
