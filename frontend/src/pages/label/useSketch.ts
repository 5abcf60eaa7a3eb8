import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Viewport } from '@/canvas/viewport'
import type { ClassEntry, DrawnCode, KeyPlan, LabelKind } from '@/kinds/kind'
import type { Sketch } from '@/kinds/sketch'
import type { DeskTask } from '@/store/desk'
import { type Drafts, draftName, openDrafts } from '@/store/drafts'
import type { Entry } from '@/store/history'
import type { DeskView } from '@/store/labeling'
import { type Press, plainKey } from './keys'
import type { Drawing } from './useKeys'

interface Drawn {
  code: DrawnCode | null
  sketch: Sketch | null
  /** When the draft that was found here was last changed, in milliseconds; null where none was. */
  restored: number | null
  /** Counts the changes of the sketch. */
  turn: number
  onViewport: (viewport: Viewport | null) => void
  /** Gives presses to what is drawn, then to the picture. */
  keys: Drawing
}

interface Place {
  user: number
  project: number
  kind: LabelKind
  classes: readonly ClassEntry[]
  view: DeskView | null
}

interface Opened {
  sketch: Sketch
  restored: number | null
}

const NOTHING = () => () => undefined
let drafts: Promise<Drafts> | null = null

/** What this person draws on the picture that is on the screen: begun with its draft, kept at every change. */
export function useSketch({ user, project, kind, classes, view }: Place): Drawn {
  const code = useCode(kind)
  const [opened, setOpened] = useState<Opened | null>(null)
  const concept = useRef<number | null>(null)
  const viewport = useRef<Viewport | null>(null)
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
    drafts ??= openDrafts()
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
  const turn = useSyncExternalStore(sketch?.subscribe ?? NOTHING, () => sketch?.turn ?? 0)
  const keys = useMemo(() => {
    const seen = () => viewport.current?.seen ?? { view: { scale: 1, x: 0, y: 0 }, stage: { width: 0, height: 0 } }
    return {
      down: (press: Press) => sketch?.key(press, seen()) || viewport.current?.key(press) || false,
      up: (press: Press) => sketch?.keyUp(press),
    }
  }, [sketch])
  const onViewport = useMemo(
    () => (next: Viewport | null) => {
      viewport.current = next
    },
    [],
  )
  return { code, sketch, restored: opened?.restored ?? null, turn, onViewport, keys }
}

/** The code of a drawn kind, fetched once. */
export function useCode(kind: LabelKind): DrawnCode | null {
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

function nameOf(user: number, project: number, task: DeskTask, again: Entry | null): string {
  return draftName(user, project, task) + (again ? `:${again.key}` : '')
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

/** Before all else the keys of classes: alone they choose what is drawn, with Shift they rename what is in hand. */
export function withDigits(keys: Drawing, sketch: Sketch | null, plan: KeyPlan): Drawing {
  const concepts = new Map([...plan.keys].map(([concept, key]) => [key, concept]))
  const down = (press: Press) => {
    const key = press.ctrl || press.alt || press.repeat ? null : plainKey(press)
    const byPlace = press.shift ? (/^Digit(\d)$/.exec(press.code)?.[1] ?? null) : key
    const concept = byPlace === null ? undefined : concepts.get(byPlace)
    if (concept === undefined || !sketch) return keys.down(press)
    if (press.shift) sketch.rename(concept)
    else sketch.pick(concept)
    return true
  }
  return { down, up: keys.up }
}
