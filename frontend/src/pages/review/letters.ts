import type { Letters } from '../label/keys'

export type ReviewCommand = 'nothing' | 'set_aside' | 'send_back' | 'next' | 'previous'

export const REVIEW_LETTERS: Letters<ReviewCommand> = {
  n: 'nothing',
  b: 'set_aside',
  s: 'send_back',
  j: 'next',
  k: 'previous',
}
