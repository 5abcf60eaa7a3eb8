import { classKeys } from '../classes/keys'
import type { ClassEntry, KeyPlan } from '../kind'

/** Letters that draw: no class may have one for its own, and a page's command on one of them wants Shift. */
export const DRAWING = new Set('nexdhlvfzotq')
const MOST = 10
const NO_ANSWERS: KeyPlan['answers'] = new Map()

/**
 * Digits name the class that is drawn; with more than ten classes they stand for those drawn lately. A letter that
 * neither draws nor is a command of the page begins the search for a class.
 */
export function planKeys(classes: readonly ClassEntry[], recent: readonly number[]): KeyPlan {
  const { keys } = classKeys(classes, recent, { letters: [], kept: DRAWING, most: MOST })
  return { answers: NO_ANSWERS, keys, taken: new Set([...DRAWING, ...keys.values()]), searches: 'free' }
}

/** Every key of the drawing, with the name of its text. */
export const HELP = [
  ['N', 'new'],
  ['E', 'extreme'],
  ['Tab', 'walk'],
  ['← ↑ → ↓', 'nudge'],
  ['Shift + ← ↑ → ↓', 'nudgeFar'],
  ['Ctrl + ← ↑ → ↓', 'resize'],
  ['Shift + 1–9', 'rename'],
  ['X', 'remove'],
  ['D', 'duplicate'],
  ['O', 'occluded'],
  ['T', 'truncated'],
  ['Q', 'difficult'],
  ['H', 'hide'],
  ['L', 'lock'],
  ['[ ]', 'order'],
  ['V', 'bare'],
  ['Alt', 'free'],
  ['F', 'fit'],
  ['Z', 'full'],
  ['+ −', 'zoom'],
  ['Space', 'pan'],
  [', .', 'light'],
] as const
