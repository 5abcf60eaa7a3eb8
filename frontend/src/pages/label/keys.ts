import type { KeyPlan, Pass } from '@/kinds/kind'
import type { Answer } from '@/store/desk'

export interface Press {
  key: string
  code: string
  shift: boolean
  /** Ctrl, or Command on a Mac. */
  ctrl: boolean
  alt: boolean
  /** An input method is composing. */
  composing: boolean
  repeat: boolean
  /** The focus is in a text field. */
  typing: boolean
  /** The focus is on a button or link, to which Space and Enter belong. */
  onControl: boolean
}

export type LetterCommand = Pass | 'guide'
export type CommonCommand = 'keys' | 'undo' | 'redo' | 'newest' | 'accept'
export type Command = LetterCommand | CommonCommand
export type Act<Said extends string = LetterCommand> =
  | { answer: Answer }
  | { command: Said | CommonCommand }
  | { search: string }
/** Which letter means which command on a page. */
export type Letters<Said extends string> = Readonly<Record<string, Said>>

export const LABEL_LETTERS: Letters<LetterCommand> = {
  u: 'cannot_tell',
  n: 'nothing',
  b: 'broken',
  k: 'skip',
  g: 'guide',
}

/** The letter or digit of a press: as typed where the layout is Latin, else by the place of the key. */
export function plainKey(press: Pick<Press, 'key' | 'code'>): string | null {
  if (/^[a-z0-9]$/i.test(press.key)) return press.key.toLowerCase()
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(press.code)
  if (!place || press.key === 'Process') return null
  return (place[1] ?? place[2] ?? '').toLowerCase() || null
}

/** What a press means on a page, or null. A class's own key wins; Shift and the letter is always the command. */
export function actFor<Said extends string>(press: Press, plan: KeyPlan, letters: Letters<Said>): Act<Said> | null {
  if (press.composing || press.typing || press.alt) return null
  if (press.ctrl) return withCtrl(press)
  if (press.repeat) return null
  if (press.key === '?') return { command: 'keys' }
  if (press.key === '/') return { search: '' }
  if (press.key === 'Escape') return { command: 'newest' }
  if (press.key === ' ' || press.key === 'Enter') return press.onControl ? null : { command: 'accept' }
  const key = plainKey(press)
  if (key === null) return null
  const command = letters[key]
  if (press.shift && command) return { command }
  const answer = plan.answers.get(key)
  if (answer) return { answer }
  if (plan.taken.has(key)) return null
  const found = /[a-z]/.test(key) ? { search: press.key.length === 1 ? press.key : key } : null
  if (plan.searches === 'all' && found) return found
  if (command) return { command }
  return plan.searches === 'free' ? found : null
}

function withCtrl(press: Press): { command: CommonCommand } | null {
  const key = plainKey(press)
  if (key === 'z') return { command: press.shift ? 'redo' : 'undo' }
  return key === 'y' ? { command: 'redo' } : null
}

/** How the key of a letter command is written: with Shift where the bare letter means a class or the search. */
export function keyOf<Said extends string>(
  command: Said,
  plan: KeyPlan,
  letters: Letters<Said>,
): { shift: boolean; letter: string } {
  const letter = Object.keys(letters).find((key) => letters[key] === command) ?? ''
  return { shift: plan.searches === 'all' || plan.taken.has(letter), letter: letter.toUpperCase() }
}

export function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof HTMLElement ? event.target : null
  return {
    key: event.key,
    code: event.code,
    shift: event.shiftKey,
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    composing: event.isComposing || event.keyCode === 229,
    repeat: event.repeat,
    typing: target?.closest('input, textarea, select, [contenteditable="true"]') != null,
    onControl: target?.closest('button, a, [role="option"]') != null,
  }
}
