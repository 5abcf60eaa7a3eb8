/** What a label kind brings to the pages: its keys, its words for an answer, and the controls that give one. */
import type { ComponentType } from 'react'
import type { Answer } from '@/store/desk'

/** A class as the pages get it from the server. */
export interface ClassEntry {
  concept_id: number
  index: number
  name: string
  definition: string
  synonyms: string[]
  color: string
  hotkey: string
  archived: boolean
  examples: { id: number; url: string }[]
}

/** Answers that every kind has; their keys give way to a class's own key. */
export type Pass = 'cannot_tell' | 'nothing' | 'broken' | 'skip'

export interface KeyPlan {
  /** What a key without modifiers answers. */
  answers: ReadonlyMap<string, Answer>
  /** The key of each class that has one. */
  keys: ReadonlyMap<number, string>
  /** True when letters without a key of their own open the search. */
  searches: boolean
}

export interface ControlsProps {
  classes: readonly ClassEntry[]
  plan: KeyPlan
  /** Ringed, with the key that accepts it. */
  proposal: Answer | null
  /** What the ring says: by itself, that it is a suggestion. */
  proposalTag?: string
  /** The answer given before, when this task is looked at again. */
  given: Answer | null
  disabled: boolean
  onAnswer: (answer: Answer) => void
  onSearch: () => void
}

export interface SearchProps {
  classes: readonly ClassEntry[]
  recent: readonly number[]
  /** What was typed to open it. */
  start: string
  onAnswer: (answer: Answer) => void
  onClose: () => void
}

export interface LabelKind {
  name: string
  /** Keys for these classes; `recent` are the classes that this person used, in slots that keep their place. */
  plan: (classes: readonly ClassEntry[], recent: readonly number[]) => KeyPlan
  /** The classes that an answer names. */
  named: (answer: Answer, classes: readonly ClassEntry[]) => ClassEntry[]
  /** Ids of the classes that an answer used. */
  used: (answer: Answer) => readonly number[]
  Controls: ComponentType<ControlsProps>
  Search: ComponentType<SearchProps>
}
