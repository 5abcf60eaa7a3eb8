import { describe, expect, it } from 'vitest'
import type { ClassEntry } from '../kind'
import { indexClasses, search } from './search'

const entry = (id: number, name: string, synonyms: string[] = [], archived = false): ClassEntry => ({
  concept_id: id,
  index: id,
  name,
  definition: '',
  synonyms,
  color: '',
  hotkey: '',
  archived,
  examples: [],
})
const names = (classes: ClassEntry[], typed: string, recent: number[] = []) =>
  search(indexClasses(classes), typed, recent).map((hit) => hit.entry.name)

const ANIMALS = [
  entry(1, 'wildcat'),
  entry(2, 'sea cat', ['wolffish']),
  entry(3, 'catfish'),
  entry(4, 'cat', ['house cat', '猫', 'mao']),
  entry(5, 'lynx', ['bobcat', 'catamount']),
  entry(6, 'émeu', ['emu']),
  entry(7, 'retired cat', [], true),
  entry(8, 'dog'),
]

describe('type-ahead', () => {
  it('puts the name itself first, then starts of names, words, synonyms, then anywhere', () => {
    expect(names(ANIMALS, 'cat')).toEqual(['cat', 'catfish', 'sea cat', 'lynx', 'wildcat'])
  })

  it('tells which synonym matched', () => {
    const [hit] = search(indexClasses(ANIMALS), 'wolf', [])
    expect([hit?.entry.name, hit?.synonym]).toEqual(['sea cat', 'wolffish'])
  })

  it('needs no accents or capitals, and reads Chinese and what the Chinese type', () => {
    expect(names(ANIMALS, 'EME')).toEqual(['émeu'])
    expect(names(ANIMALS, '猫')).toEqual(['cat'])
    expect(names(ANIMALS, 'mao')).toEqual(['cat'])
  })

  it('puts recently used classes first among equals, and alone when nothing is typed', () => {
    const classes = [entry(1, 'redhead'), entry(2, 'redstart'), entry(3, 'redwing'), entry(4, 'dove')]
    expect(names(classes, 'red', [3])[0]).toBe('redwing')
    expect(names(classes, 'dove', [3])).toEqual(['dove'])
    expect(names(classes, '', [4, 2]).slice(0, 2)).toEqual(['dove', 'redstart'])
  })

  it('takes words in any order', () => {
    const classes = [entry(1, 'great white shark'), entry(2, 'white stork')]
    expect(names(classes, 'shark white')).toEqual(['great white shark'])
    expect(names(classes, 'nothing such')).toEqual([])
  })

  it('finds the wanted class among 20,000 within nine rows after a few letters', () => {
    const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te']
    const word = (n: number) =>
      [n % 12, Math.floor(n / 12) % 12, Math.floor(n / 144) % 12, Math.floor(n / 1728) % 12]
        .map((at) => syllables[at])
        .join('')
    const classes = Array.from({ length: 20_000 }, (_, n) => entry(n, `${word(n)} ${Math.floor(n / 20_736)}${n % 7}`))
    const index = indexClasses(classes)
    for (const n of [3, 4711, 12_345, 19_999]) {
      const found = search(index, word(n), []).map((hit) => hit.entry.concept_id)
      expect(found).toContain(n)
      expect(found.length).toBeLessThanOrEqual(9)
    }
    expect(search(index, 'ba', []).length).toBe(9)
  })
})
