import type { TFunction } from 'i18next'
import { KINDS } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer } from '@/store/desk'

/** An answer in the reader's words: the classes by name, or what was said instead of one. */
export function answerText(answer: Answer, classes: readonly ClassEntry[], t: TFunction<'label'>): string {
  if ('nothing' in answer) return t('pass.nothing')
  if ('pass' in answer) return t(`pass.${answer.pass}`)
  const names = Object.values(KINDS).flatMap((kind) => kind.named(answer, classes).map((entry) => entry.name))
  return names.length > 0 ? names.join(', ') : t('pass.unknown')
}
