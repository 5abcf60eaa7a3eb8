import type { Answer } from '@/api/types'

type Named = { concept_id: number; name: string }

interface Words {
  nothing: string
  pass: (reason: string) => string
}

/** An answer in words; an unknown class shows its number, so that nothing said is hidden. */
export function answerText(answer: Answer | null, classes: readonly Named[], words: Words): string {
  if (!answer) return ''
  if (answer.nothing) return words.nothing
  if (answer.pass) return words.pass(answer.pass)
  return (answer.choice ?? [])
    .map((id) => classes.find(({ concept_id }) => concept_id === id)?.name ?? `#${id}`)
    .join(', ')
}
