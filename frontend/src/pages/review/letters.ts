import type { Letters } from '../label/keys'

export type ReviewCommand = 'nothing' | 'set_aside' | 'send_back' | 'gold' | 'next' | 'previous'

export const REVIEW_LETTERS: Letters<ReviewCommand> = {
  n: 'nothing',
  b: 'set_aside',
  s: 'send_back',
  g: 'gold',
  j: 'next',
  k: 'previous',
}
