/** What a label kind brings to the pages: its keys, its words for an answer, and the controls that give one. */
import type { ComponentType } from 'react'
import type { Size } from '@/geometry/points'
import type { Answer } from '@/store/desk'
import type { Gathering, Mark, Sketch } from './sketch'

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
  /** What a key without modifiers answers; empty for a kind whose answer is put together. */
  answers: ReadonlyMap<string, Answer>
  /** The key of each class that has one. */
  keys: ReadonlyMap<number, string>
  /** Letters and digits that the kind keeps to itself: a page's command on one of them is reached with Shift. */
  taken: ReadonlySet<string>
  /**
   * Which letters open the search: all that are no class's own key, so that a page's commands want Shift; or those that
   * mean nothing else; or none.
   */
  searches: 'all' | 'free' | 'none'
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
  /** The answer on its way; null for a kind that is answered by a key, and before there is a picture. */
  sketch: Gathering | null
  disabled: boolean
  onAnswer: (answer: Answer) => void
  onSearch: () => void
}

export interface SearchProps {
  classes: readonly ClassEntry[]
  recent: readonly number[]
  /** What was typed to open it. */
  start: string
  /** A class was found, by its concept. */
  onPick: (concept: number) => void
  onClose: () => void
}

/** What an answer that is put together begins with, for one task. */
export interface Beginning {
  classes: readonly ClassEntry[]
  size: Size
  /** Suggested by a machine, or merged from the votes: shown as such until it is accepted. */
  proposal: Answer | null
  /** Given earlier, to be changed. */
  given: Answer | null
  /** What `Gathering.keep` gave when this task was left before. */
  kept: unknown
  /** The class that was drawn last. */
  concept: number | null
}

export interface PanelProps {
  sketch: Sketch
  classes: readonly ClassEntry[]
  disabled: boolean
}

/** The part of a kind that puts answers together, fetched when somebody begins one. */
export interface GatheringCode {
  open: (beginning: Beginning) => Gathering
  /** Beside the picture: what is drawn, as a list, with what can be said of it. */
  Panel?: ComponentType<PanelProps>
}

/** A kind whose answer is put together piece by piece and handed in as a whole. */
export interface Gathers {
  load: () => Promise<GatheringCode>
  /** The texts of its common keys, in the area `label` of the catalogues. */
  keys: 'keys.drawnKeys' | 'keys.severalKeys'
}

/** What more there is to a kind whose answer is put together by drawing on the picture. */
export interface Drawn {
  /** What of an answer can be shown over its picture; `classes` name the pieces. */
  marks: (answer: Answer, classes: readonly ClassEntry[]) => Mark[]
  /** The keys for drawing, with the name of their text in the area `box` of the catalogues. */
  help: readonly (readonly [key: string, text: string])[]
  /** The letters among them, each with a short word in the area `box` under `short`. */
  letters: ReadonlySet<string>
}

export interface LabelKind {
  name: string
  /** Keys for these classes; `recent` are the classes that this person used, in slots that keep their place. */
  plan: (classes: readonly ClassEntry[], recent: readonly number[]) => KeyPlan
  /** The classes that an answer names, each once. */
  named: (answer: Answer, classes: readonly ClassEntry[]) => ClassEntry[]
  /** Ids of the classes that an answer used, as often as it did. */
  used: (answer: Answer) => readonly number[]
  /** What naming a class alone answers; null where it is one piece of an answer. */
  answerOf: (concept: number) => Answer | null
  /** May be fetched when it is first shown: a page puts it under a `Suspense`. */
  Controls: ComponentType<ControlsProps>
  Search: ComponentType<SearchProps>
  /** Null where an answer is given at once, by a key. */
  gathers: Gathers | null
  drawn: Drawn | null
}
