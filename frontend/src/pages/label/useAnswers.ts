import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, LabelKind, Pass } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer, DeskTask } from '@/store/desk'
import { turnOf } from '@/store/pool'
import { answerText } from './answerText'
import { afterFrame } from './quiet'
import type { AtDesk } from './useDesk'

interface Giving {
  at: AtDesk | null
  kind: LabelKind
  classes: readonly ClassEntry[]
  sketch: Gathering | null
  /** Which turn of which task the page shows, as `turnOf` names it. */
  shown: string | null
  onGiven: () => void
  /** The answer is written on this device. */
  onKept: (task: DeskTask) => void
  /** A skip is asked for its reason first. */
  onSkip: () => void
  onUsed: (concepts: readonly number[]) => void
}

interface Answers {
  give: (answer: Answer) => void
  pass: (said: Pass) => void
  /** Hands in what was put together; takes the proposal, or keeps the answer that undo brought back. */
  accept: () => void
  /** What was answered last, in words. */
  last: string
}

/** Everything that ends in an answer, whether by key, by button or from the search. */
export function useAnswers({ at, kind, classes, sketch, shown, onGiven, onKept, onSkip, onUsed }: Giving): Answers {
  const { t } = useTranslation('label')
  const [last, setLast] = useState('')
  const give = useCallback(
    (answer: Answer) => {
      onGiven()
      const task = at?.desk.view.task
      at?.desk.answer(answer).then((given) => {
        if (!given) return
        if (task) onKept(task)
        // The next picture is drawn by now but not yet shown: words wait until it is.
        afterFrame(() => {
          onUsed(kind.used(answer))
          setLast(answerText(answer, classes, t, kind.drawn !== null))
        })
      })
    },
    [at, kind, classes, onGiven, onKept, onUsed, t],
  )
  const pass = useCallback(
    (said: Pass) => {
      if (!at?.desk.view.task) return
      if (said === 'skip') onSkip()
      else if (said === 'nothing' && sketch?.keep() != null && sketch.answer()) sketch.object('drawn')
      else give(said === 'nothing' ? { nothing: true } : { pass: said })
    },
    [at, give, onSkip, sketch],
  )
  const accept = useCallback(() => {
    if (!at) return
    const { task, revisited, proposal } = at.desk.view
    if (kind.gathers) {
      // The desk is a frame ahead of the page: what is said of the picture before is no answer for this one.
      if (task && turnOf(task) === shown) handIn(sketch, give)
    } else if (revisited) at.desk.toNewest()
    else if (proposal) give(proposal.answer)
  }, [at, kind, give, sketch, shown])
  return { give, pass, accept, last }
}

/** What was put together, with all suggestions that remain; it says so itself where there is nothing. */
export function handIn(sketch: Gathering | null, give: (answer: Answer) => void): void {
  const answer = sketch?.answer()
  if (answer) give(answer)
  else sketch?.object('empty')
}
