import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, LabelKind, Pass } from '@/kinds/kind'
import type { Answer } from '@/store/desk'
import { answerText } from './answerText'
import { afterFrame } from './quiet'
import type { AtDesk } from './useDesk'

interface Giving {
  at: AtDesk | null
  kind: LabelKind
  classes: readonly ClassEntry[]
  onGiven: () => void
  /** A skip is asked for its reason first. */
  onSkip: () => void
  onUsed: (concepts: readonly number[]) => void
}

interface Answers {
  give: (answer: Answer) => void
  pass: (said: Pass) => void
  /** Takes the proposal, or keeps the answer that undo brought back. */
  accept: () => void
  /** What was answered last, in words. */
  last: string
}

/** Everything that ends in an answer, whether by key, by button or from the search. */
export function useAnswers({ at, kind, classes, onGiven, onSkip, onUsed }: Giving): Answers {
  const { t } = useTranslation('label')
  const [last, setLast] = useState('')
  const give = useCallback(
    (answer: Answer) => {
      onGiven()
      at?.desk.answer(answer).then((given) => {
        if (!given) return
        // The next picture is drawn by now but not yet shown: words wait until it is.
        afterFrame(() => {
          onUsed(kind.used(answer))
          setLast(answerText(answer, classes, t))
        })
      })
    },
    [at, kind, classes, onGiven, onUsed, t],
  )
  const pass = useCallback(
    (said: Pass) => {
      if (!at?.desk.view.task) return
      if (said === 'skip') onSkip()
      else give(said === 'nothing' ? { nothing: true } : { pass: said })
    },
    [at, give, onSkip],
  )
  const accept = useCallback(() => {
    if (!at) return
    const { revisited, proposal } = at.desk.view
    if (revisited) at.desk.toNewest()
    else if (proposal) give(proposal.answer)
  }, [at, give])
  return { give, pass, accept, last }
}
