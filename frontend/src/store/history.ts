/** What this person answered in this session, fifty deep, with a place in it: undo goes back across submits. */
import type { Answer, DeskTask } from './desk'

export const DEPTH = 50

export interface Entry {
  task: DeskTask
  /** The newest vote on this task: what a change supersedes. */
  key: string
  answer: Answer
}

export interface History {
  readonly entries: readonly Entry[]
  /** Index of the entry on the screen; equal to the length when the person is at the newest task. */
  readonly place: number
}

export const EMPTY: History = { entries: [], place: 0 }

export function shown(history: History): Entry | null {
  return history.entries[history.place] ?? null
}

export function canUndo(history: History): boolean {
  return history.place > 0
}

export function canRedo(history: History): boolean {
  return history.place < history.entries.length
}

export function undo(history: History): History {
  return canUndo(history) ? { ...history, place: history.place - 1 } : history
}

export function redo(history: History): History {
  return canRedo(history) ? { ...history, place: history.place + 1 } : history
}

/** Puts an answer from elsewhere on the screen, as if undo had brought it back. */
export function bringBack(history: History, entry: Entry): History {
  const others = history.entries.filter((earlier) => earlier.task.id !== entry.task.id)
  const entries = [...others, entry].slice(-DEPTH)
  return { entries, place: entries.length - 1 }
}

/** Back to where the person was before the first undo. */
export function toNewest(history: History): History {
  return { ...history, place: history.entries.length }
}

/** Notes an answer: a new entry at the end, or in place of the one that was brought back; then at the newest again. */
export function record(history: History, entry: Entry): History {
  const entries = canRedo(history)
    ? history.entries.map((earlier, place) => (place === history.place ? entry : earlier))
    : [...history.entries, entry].slice(-DEPTH)
  return { entries, place: entries.length }
}
