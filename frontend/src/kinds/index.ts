import type { Answer } from '@/store/desk'
import './desk.css'
import { box } from './box'
import { choice, choices } from './choice'
import type { ClassEntry, LabelKind } from './kind'

/** Every label kind that the pages can show; one line per kind. */
export const KINDS: Readonly<Record<string, LabelKind>> = {
  [choice.name]: choice,
  [choices.name]: choices,
  [box.name]: box,
}

/** Ids of the classes that an answer of any kind used, as often as it did. */
export function usedIn(answer: Answer): readonly number[] {
  return firstOf((kind) => kind.used(answer))
}

/** The classes that an answer of any kind names, each once. */
export function namedIn(answer: Answer, classes: readonly ClassEntry[]): readonly ClassEntry[] {
  return firstOf((kind) => kind.named(answer, classes))
}

/** What the first kind finds: kinds may share a shape of answers. */
function firstOf<Found>(find: (kind: LabelKind) => readonly Found[]): readonly Found[] {
  for (const kind of Object.values(KINDS)) {
    const found = find(kind)
    if (found.length > 0) return found
  }
  return []
}
