import type { TFunction } from 'i18next'
import { namedIn, usedIn } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer } from '@/store/desk'

/** An answer in the reader's words: the classes by name, or what was said instead; `drawn` where answers are drawn. */
export function answerText(
  answer: Answer,
  classes: readonly ClassEntry[],
  t: TFunction<'label'>,
  drawn = false,
): string {
  if ('nothing' in answer) return t(drawn ? 'pass.nothingDrawn' : 'pass.nothing')
  if ('pass' in answer) return t(`pass.${answer.pass}`)
  const times = new Map<number, number>()
  for (const concept of usedIn(answer)) times.set(concept, (times.get(concept) ?? 0) + 1)
  const names = namedIn(answer, classes).map(({ concept_id, name }) => {
    const count = times.get(concept_id) ?? 1
    return count > 1 ? `${name} × ${count}` : name
  })
  return names.length > 0 ? names.join(', ') : t('pass.unknown')
}
