import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { KINDS } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer } from '@/store/desk'
import { answerText } from '../label/answerText'
import { actFor, LABEL_LETTERS, pressOf } from '../label/keys'
import { Sheet } from '../label/Sheet'
import type { OwnVote } from './MyAnswer'
import styles from './mine.module.css'

interface Props {
  vote: OwnVote
  answer: Answer
  classes: readonly ClassEntry[]
  onAnswer: (answer: Answer) => void
  onClose: () => void
}

const PASSES = { cannot_tell: { pass: 'cannot_tell' }, nothing: { nothing: true }, broken: { pass: 'broken' } } as const

/** One of one's own answers with its picture, to be given anew by the same keys as on the label page. */
export function ChangeSheet({ vote, answer, classes, onAnswer, onClose }: Props) {
  const { t } = useTranslation('label')
  const kind = KINDS[vote.kind ?? 'choice'] ?? Object.values(KINDS)[0]
  const recent = useMemo(() => kind?.used(answer) ?? [], [kind, answer])
  const plan = useMemo(() => kind?.plan(classes, recent), [kind, classes, recent])
  const [search, setSearch] = useState<string | null>(null)
  if (!kind || !plan) return null
  const { Controls, Search } = kind
  return (
    <Sheet
      title={t('mine.changeTitle')}
      wide
      onClose={onClose}
      onKey={(event) => {
        if (search !== null) return
        const act = actFor(pressOf(event.nativeEvent), plan, LABEL_LETTERS)
        if (!act) return
        if ('answer' in act) onAnswer(act.answer)
        else if ('search' in act) setSearch(act.search)
        else if (act.command in PASSES) onAnswer(PASSES[act.command as keyof typeof PASSES])
        else return
        event.preventDefault()
      }}
    >
      <p>{t('mine.changeNow', { answer: answerText(answer, classes, t) })}</p>
      <div className={styles.stage}>
        <img src={vote.image.display} alt={t('mine.picture', { number: vote.image.id })} />
        {search !== null && (
          <Search
            classes={classes}
            recent={recent}
            start={search}
            onPick={(concept) => {
              const picked = kind.answerOf(concept)
              if (picked) onAnswer(picked)
            }}
            onClose={() => setSearch(null)}
          />
        )}
      </div>
      <div className={styles.controls}>
        <Controls
          classes={classes}
          plan={plan}
          proposal={null}
          given={answer}
          sketch={null}
          disabled={false}
          onAnswer={onAnswer}
          onSearch={() => setSearch('')}
        />
        {Object.entries(PASSES).map(([pass, said]) => (
          <button key={pass} type="button" className={styles.pass} onClick={() => onAnswer(said)}>
            {t(`pass.${pass as keyof typeof PASSES}`)}
          </button>
        ))}
      </div>
    </Sheet>
  )
}
