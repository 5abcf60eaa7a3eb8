import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ClassEntry, GatheringCode, LabelKind } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer, DeskPicture } from '@/store/desk'
import type { DeskView } from '@/store/labeling'
import { draftName, openedDrafts } from './begun'

interface Drawn {
  code: GatheringCode | null
  sketch: Gathering | null
  /** When the draft that was found here was last changed, in milliseconds; null where none was, or it was changed. */
  restored: number | null
}

interface Place {
  user: number
  project: number
  kind: LabelKind
  classes: readonly ClassEntry[]
  view: DeskView | null
}

interface Shown {
  /** Whose sketch it is: another one begins anew. */
  name: string | number
  image: DeskPicture
  proposal: Answer | null
  given: Answer | null
  /** Under which name its draft is kept; null for what is settled or left. */
  draft: string | null
}

const NOTHING = () => () => undefined

/** The answer that this person puts together for the picture on the screen: begun with its draft, kept at every change. */
export function useSketch({ user, project, kind, classes, view }: Place): Drawn {
  const task = view?.picture === 'ready' ? view.task : null
  const again = view?.revisited ?? null
  const draft = task && draftName(user, project, task.id, task.asking)
  const proposal = again ? null : (view?.proposal?.answer ?? null)
  const given = again?.answer ?? null
  const shown = task && { name: `${draft}:${again?.key ?? ''}`, image: task.image, proposal, given, draft }
  return useOpened(kind, classes, shown)
}

/** One for the picture that is shown; null as long as none is, or its code or its draft is still to come. */
export function useOpened(kind: LabelKind, classes: readonly ClassEntry[], shown: Shown | null): Drawn {
  const code = useCode(kind)
  const [opened, setOpened] = useState<{ name: Shown['name']; sketch: Gathering; restored: number | null } | null>(null)
  const concept = useRef<number | null>(null)
  // With the page itself: no key finds a picture that is shown without the sketch that belongs to it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the classes may be fetched anew; a sketch lasts for its name
  useLayoutEffect(() => {
    setOpened(null)
    if (!code || !shown) return
    let here = true
    let off: (() => void) | undefined
    const { name, image, proposal, given, draft } = shown
    const begin = (kept?: { what: unknown; at: number }) => {
      const sketch = code.open({ classes, size: image, proposal, given, kept: kept?.what, concept: concept.current })
      concept.current = sketch.concept
      off = follow(sketch, draft, () => {
        concept.current = sketch.concept
      })
      setOpened({ name, sketch, restored: kept && sketch.keep() !== null ? kept.at : null })
    }
    if (draft === null) begin()
    else {
      void openedDrafts()
        .then((drafts) => drafts.get(draft))
        // Where no draft can be read one draws all the same.
        .catch(() => undefined)
        .then((kept) => here && begin(kept))
    }
    return () => {
      here = false
      off?.()
    }
  }, [code, shown?.name])

  // What was drawn on the picture before is gone with it, also in the moment before its sketch is closed.
  const present = opened !== null && opened.name === shown?.name ? opened : null
  const sketch = present?.sketch ?? null
  const turn = useSyncExternalStore(sketch?.subscribe ?? NOTHING, () => sketch?.turn ?? 0)
  return { code, sketch, restored: turn === 0 ? (present?.restored ?? null) : null }
}

/** The code that puts answers together, fetched once. */
function useCode(kind: LabelKind): GatheringCode | null {
  const [code, setCode] = useState<GatheringCode | null>(null)
  useEffect(() => {
    let here = true
    setCode(null)
    kind.gathers?.load().then((loaded) => here && setCode(loaded))
    return () => {
      here = false
    }
  }, [kind])
  return code
}

/** Writes each change of the sketch on this device; a sketch with nothing done to it leaves no draft. */
function follow(sketch: Gathering, draft: string | null, onTurn: () => void): () => void {
  let turn = sketch.turn
  let kept = sketch.keep()
  return sketch.subscribe(() => {
    if (sketch.turn === turn) return
    turn = sketch.turn
    onTurn()
    const what = sketch.keep()
    if (draft === null || what === kept) return
    kept = what
    openedDrafts()
      .then((drafts) => (what === null ? drafts.remove(draft) : drafts.put({ name: draft, what, at: Date.now() })))
      .catch(() => undefined)
  })
}
