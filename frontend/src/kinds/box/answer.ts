/** Boxes as they are handed in, and as they come back. */
import { type Box, canonical } from '@/geometry/box'
import type { Size } from '@/geometry/points'
import { type Answer, type AnsweredBox, FLAGS } from '@/store/desk'
import { type Boxes, type DrawnBox, NO_BOXES } from './boxes'

/** Every box that is there, proposals that remain among them; null without any. */
export function answerOf(boxes: Boxes): Answer | null {
  if (boxes.list.length === 0) return null
  return { boxes: boxes.list.map(answered) }
}

function answered(drawn: DrawnBox): AnsweredBox {
  const said: AnsweredBox = { concept: drawn.concept, box: drawn.box }
  for (const flag of FLAGS) if (drawn.flags.includes(flag)) said[flag] = true
  if (drawn.from !== null) said.from_proposal = drawn.from
  return said
}

/** One's own boxes, to be changed. */
export function givenBoxes(answer: Answer | null, size: Size): Boxes {
  return read(answer, size, (said) => ({ from: said.from_proposal ?? null, proposed: false, score: null }))
}

/** A machine's or the crowd's boxes, to be accepted or put right. */
export function proposedBoxes(answer: Answer | null, size: Size): Boxes {
  return read(answer, size, (said, place) => ({
    from: place,
    proposed: true,
    score: said.score ?? said.confidence ?? null,
  }))
}

function read(
  answer: Answer | null,
  size: Size,
  rest: (said: AnsweredBox, place: number) => Pick<DrawnBox, 'from' | 'proposed' | 'score'>,
): Boxes {
  if (!answer || !('boxes' in answer)) return NO_BOXES
  const list = answer.boxes.flatMap((said, place): DrawnBox[] => {
    const box = canonical(said.box, size)
    const flags = FLAGS.filter((flag) => said[flag])
    return box ? [{ id: place + 1, concept: said.concept, box, flags, locked: false, ...rest(said, place) }] : []
  })
  return { list, selected: null, next: answer.boxes.length + 1 }
}

/** What was kept of a draft, if it is one; anything else counts as nothing. */
export function keptBoxes(kept: unknown, size: Size): Boxes | null {
  if (kept === null || typeof kept !== 'object' || !('list' in kept) || !Array.isArray(kept.list)) return null
  const list = kept.list.filter((each): each is DrawnBox => isDrawn(each, size))
  const next = 1 + list.reduce((most, each) => Math.max(most, each.id), 0)
  return { list, selected: null, next }
}

function isDrawn(each: unknown, size: Size): boolean {
  if (each === null || typeof each !== 'object') return false
  const { id, concept, box, flags } = each as Partial<DrawnBox>
  const numbers = Array.isArray(box) && box.length === 4 && box.every((value) => typeof value === 'number')
  if (!numbers || !canonical(box as unknown as Box, size)) return false
  return typeof id === 'number' && typeof concept === 'number' && Array.isArray(flags)
}
