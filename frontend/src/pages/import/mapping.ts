import type { Analysis, ClassMeaning, FoundClass } from '@/api/types'

/** What a class of a delivery means here: a class by concept id, one to make under its own name, or none. */
export type Meaning = number | 'new' | 'out'
export type Meanings = ReadonlyMap<string, Meaning>

/** Every class whose name the project knows means that one; the others are still to be said. */
export function known(classes: readonly FoundClass[]): Meanings {
  return new Map(classes.flatMap(({ name, concept }) => (concept === null ? [] : [[name, concept] as const])))
}

export function undecided(classes: readonly FoundClass[], meanings: Meanings): FoundClass[] {
  return classes.filter(({ name }) => !meanings.has(name))
}

/** The same meaning for everything that has none yet. */
export function decideRest(classes: readonly FoundClass[], meanings: Meanings, rest: 'new' | 'out'): Meanings {
  return new Map([...meanings, ...undecided(classes, meanings).map(({ name }) => [name, rest] as const)])
}

/** Classes by a part of their name; capitals and accents aside. */
export function matching(classes: readonly FoundClass[], text: string): FoundClass[] {
  const wanted = plain(text)
  return wanted ? classes.filter(({ name }) => plain(name).includes(wanted)) : [...classes]
}

/** As the server takes it: every class of the delivery named, none twice. */
export function asMapping(classes: readonly FoundClass[], meanings: Meanings): ClassMeaning[] {
  return classes.flatMap(({ name }): ClassMeaning[] => {
    const meaning = meanings.get(name)
    if (meaning === undefined) return []
    if (meaning === 'new') return [{ name, new: name }]
    return [meaning === 'out' ? { name, ignore: true } : { name, concept: meaning }]
  })
}

/** Whether a delivery says anything that this project can take as labels. */
export function hasLabels({ fits, labeled, empty }: Analysis): boolean {
  return fits && labeled + empty > 0
}

function plain(text: string): string {
  return text.trim().normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
