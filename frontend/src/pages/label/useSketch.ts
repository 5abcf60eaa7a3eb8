import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ClassEntry, DrawnCode, LabelKind } from '@/kinds/kind'
import type { Sketch } from '@/kinds/sketch'
import type { Answer, DeskPicture, DeskTask } from '@/store/desk'
import type { Drafts } from '@/store/drafts'
import type { Entry } from '@/store/history'
import type { DeskView } from '@/store/labeling'

interface Drawn {
  code: DrawnCode | null
  sketch: Sketch | null
  /** When the draft that was found here was last changed, in milliseconds; null where none was. */
  restored: number | null
  /** Counts the changes of the sketch. */
  turn: number
}

interface Place {
  user: number
  project: number
  kind: LabelKind
  classes: readonly ClassEntry[]
  view: DeskView | null
}

const NOTHING = () => () => undefined
let drafts: Promise<Drafts> | null = null

/** What this person draws on the picture that is on the screen: begun with its draft, kept at every change. */
export function useSketch({ user, project, kind, classes, view }: Place): Drawn {
  const code = useCode(kind)
  const [opened, setOpened] = useState<{ sketch: Sketch; restored: number | null } | null>(null)
  const concept = useRef<number | null>(null)
  const task = view?.picture === 'ready' ? view.task : null
  const again = view?.revisited ?? null
  const proposal = view?.proposal?.answer ?? null

  // biome-ignore lint/correctness/useExhaustiveDependencies: the classes may be fetched anew; a sketch lasts for its task
  useEffect(() => {
    setOpened(null)
    if (!code || !task) return
    let here = true
    let off: (() => void) | undefined
    const name = nameOf(user, project, task, again)
    drafts ??= import('@/store/drafts').then((module) => module.openDrafts())
    const begin = async () => {
      const kept = await drafts?.then((all) => all.get(name))
      if (!here) return
      const beginning = { classes, size: task.image, given: again?.answer ?? null, concept: concept.current }
      const sketch = code.open({ ...beginning, proposal: again ? null : proposal, kept: kept?.what })
      concept.current = sketch.concept
      off = keepDraft(name, sketch, () => {
        concept.current = sketch.concept
      })
      setOpened({ sketch, restored: kept && sketch.keep() !== null ? kept.at : null })
    }
    void begin()
    return () => {
      here = false
      off?.()
    }
  }, [code, task?.id, task?.asking, again?.key, user, project])

  const sketch = opened?.sketch ?? null
  return { code, sketch, restored: opened?.restored ?? null, turn: useTurn(sketch) }
}

interface Shown {
  /** Whose sketch it is: another one begins anew. */
  name: string | number
  image: DeskPicture
  proposal: Answer | null
  given: Answer | null
}

/** A sketch over one picture that is not kept as a draft: it is settled or left. */
export function usePlainSketch(kind: LabelKind, classes: readonly ClassEntry[], shown: Shown | null): Drawn {
  const code = useCode(kind)
  const [sketch, setSketch] = useState<Sketch | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is told apart by its name
  useEffect(() => {
    const { image, proposal, given } = shown ?? { image: null, proposal: null, given: null }
    const beginning = { classes, proposal, given, kept: null, concept: null }
    setSketch(code && image ? code.open({ ...beginning, size: image }) : null)
  }, [code, shown?.name])
  return { code, sketch, restored: null, turn: useTurn(sketch) }
}

function useTurn(sketch: Sketch | null): number {
  return useSyncExternalStore(sketch?.subscribe ?? NOTHING, () => sketch?.turn ?? 0)
}

/** The code of a drawn kind, fetched once. */
function useCode(kind: LabelKind): DrawnCode | null {
  const [code, setCode] = useState<DrawnCode | null>(null)
  useEffect(() => {
    let here = true
    setCode(null)
    kind.drawn?.load().then((loaded) => here && setCode(loaded))
    return () => {
      here = false
    }
  }, [kind])
  return code
}

/** One draft for each person, task and asking, and for each look back at one's answer. */
function nameOf(user: number, project: number, task: DeskTask, again: Entry | null): string {
  return [user, project, task.id, task.asking, again?.key ?? ''].join(':')
}

/** Writes each change of the sketch on this device; a sketch with nothing done to it leaves no draft. */
function keepDraft(name: string, sketch: Sketch, onTurn: () => void): () => void {
  let turn = sketch.turn
  return sketch.subscribe(() => {
    if (sketch.turn === turn) return
    turn = sketch.turn
    onTurn()
    const what = sketch.keep()
    void drafts?.then((all) => (what === null ? all.remove(name) : all.put({ name, what, at: Date.now() })))
  })
}

/** The answer is in the outbox: its draft is needed no more. */
export async function forgetDraft(user: number, project: number, task: DeskTask, again: Entry | null): Promise<void> {
  const all = await drafts
  await all?.remove(nameOf(user, project, task, again))
}
