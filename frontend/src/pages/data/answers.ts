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
  const times = new Map<number, number>()
  for (const id of [...(answer.choice ?? []), ...(answer.boxes ?? []).map((box) => box.concept)]) {
    times.set(id, (times.get(id) ?? 0) + 1)
  }
  return [...times]
    .map(([id, count]) => {
      const name = classes.find(({ concept_id }) => concept_id === id)?.name ?? `#${id}`
      return count > 1 ? `${name} × ${count}` : name
    })
    .join(', ')
}
