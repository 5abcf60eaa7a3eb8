import type { ClassEntry } from '../kind'

export const ROWS = 9

interface Indexed {
  entry: ClassEntry
  name: string
  /** Name and synonyms, each preceded by a line break. */
  all: string
}

export interface Hit {
  entry: ClassEntry
  /** The synonym that matched, when the name did not. */
  synonym: string | null
}

export type SearchIndex = readonly Indexed[]

/** Lower case, without accents, in one Unicode form, so that what is typed meets what is written. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

export function indexClasses(classes: readonly ClassEntry[]): SearchIndex {
  return classes
    .filter((entry) => !entry.archived)
    .map((entry) => ({
      entry,
      name: plain(entry.name),
      all: [entry.name, ...entry.synonyms].map((text) => `\n${plain(text)}`).join(''),
    }))
}

const MISS = 99

/** Lower is better: the name itself, its start, a word in it, a synonym's start, a word of one, then anywhere. */
function rank(item: Indexed, query: string, words: readonly string[]): number {
  if (item.name === query) return 0
  if (item.name.startsWith(query)) return 1
  if (!item.all.includes(query)) return words.length > 1 && words.every((word) => startsWord(item.all, word)) ? 7 : MISS
  if (item.name.includes(` ${query}`) || item.name.includes(`-${query}`)) return 2
  if (item.all.includes(`\n${query}`)) return 3
  if (startsWord(item.all, query)) return 4
  return item.name.includes(query) ? 5 : 6
}

function startsWord(text: string, word: string): boolean {
  return text.includes(`\n${word}`) || text.includes(` ${word}`) || text.includes(`-${word}`)
}

/** The nine best classes for what was typed, recently used ones first among equals; nothing typed gives the recent. */
export function search(index: SearchIndex, typed: string, recent: readonly number[], rows = ROWS): Hit[] {
  const query = plain(typed)
  const words = query.split(/\s+/)
  const age = new Map(recent.map((concept, place) => [concept, place]))
  const best: { item: Indexed; score: number }[] = []
  for (const item of index) {
    const quality = query === '' ? 8 : rank(item, query, words)
    if (quality === MISS) continue
    const recency = age.get(item.entry.concept_id) ?? 500
    const score = quality * 1000 + recency + Math.min(item.name.length, 400) / 1000
    const last = best[best.length - 1]
    if (best.length === rows && last && score >= last.score) continue
    const place = best.findIndex((other) => score < other.score)
    best.splice(place === -1 ? best.length : place, 0, { item, score })
    if (best.length > rows) best.pop()
  }
  return best.map(({ item }) => ({ entry: item.entry, synonym: synonymFor(item, query) }))
}

function synonymFor(item: Indexed, query: string): string | null {
  if (query === '' || item.name.includes(query)) return null
  return item.entry.synonyms.find((synonym) => plain(synonym).includes(query)) ?? null
}
