import type { Answer } from '@/store/desk'
import { Emitter } from '@/store/emitter'
import type { Beginning } from '../kind'
import type { Gathering } from '../sketch'

const asChosen = (answer: Answer | null): readonly number[] => (answer && 'choice' in answer ? answer.choice : [])

/** What a draft holds; null where it is none of ours. */
function chosenIn(kept: unknown): readonly number[] | null {
  const found = (kept as { choice?: unknown } | null | undefined)?.choice
  return Array.isArray(found) && found.every((one) => typeof one === 'number') ? found : null
}

/** The classes ticked for one picture. It begins with what was given or is suggested; each tick can be taken back. */
export class Ticks extends Emitter implements Gathering {
  /** In the order in which they were ticked; a new list whenever it changes. */
  chosen: readonly number[]
  objection: 'empty' | 'drawn' | null = null
  turn = 0
  readonly concept = null
  private kept: { choice: readonly number[] } | null = null
  private past: (readonly number[])[] = []
  private future: (readonly number[])[] = []

  constructor({ classes, proposal, given, kept }: Pick<Beginning, 'classes' | 'proposal' | 'given' | 'kept'>) {
    super()
    const live = new Set(classes.filter((entry) => !entry.archived).map((entry) => entry.concept_id))
    const only = (list: readonly number[]) => list.filter((concept) => live.has(concept))
    const begun = only(asChosen(given ?? proposal))
    const draft = chosenIn(kept)
    this.chosen = draft ? only(draft) : begun
    if (draft) {
      this.kept = { choice: this.chosen }
      this.past = [begun]
    }
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  pick(concept: number): void {
    const { chosen } = this
    this.past.push(chosen)
    this.future = []
    this.become(chosen.includes(concept) ? chosen.filter((one) => one !== concept) : [...chosen, concept])
  }

  undo(): boolean {
    const before = this.past.pop()
    if (!before) return false
    this.future.push(this.chosen)
    this.become(before)
    return true
  }

  redo(): boolean {
    const after = this.future.pop()
    if (!after) return false
    this.past.push(this.chosen)
    this.become(after)
    return true
  }

  answer(): Answer | null {
    return this.chosen.length > 0 ? { choice: [...this.chosen].sort((a, b) => a - b) } : null
  }

  object(why: 'empty' | 'drawn'): void {
    this.objection = why
    this.emit()
  }

  keep(): unknown {
    return this.kept
  }

  /** A class has no piece in hand to rename, and no other key means anything here. */
  rename(): void {}

  key(): boolean {
    return false
  }

  keyUp(): void {}

  private become(chosen: readonly number[]): void {
    this.chosen = chosen
    this.objection = null
    this.turn += 1
    this.kept = this.past.length > 0 ? { choice: chosen } : null
    this.emit()
  }
}

export const open = (beginning: Beginning): Ticks => new Ticks(beginning)
