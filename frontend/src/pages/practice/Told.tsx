import { Button } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import type { ClassEntry, LabelKind } from '@/kinds/kind'
import type { Answer } from '@/store/desk'
import { answerText } from '../label/answerText'
import styles from './practice.module.css'

export interface Verdict {
  /** Null where the answer is no longer known: the picture does not count. */
  right: boolean | null
  known: Answer | null
  overlap: number
}

interface Props {
  said: Answer
  verdict: Verdict
  kind: LabelKind
  classes: readonly ClassEntry[]
  /** There is no picture after this one. */
  last: boolean
  onNext: () => void
}

/** What was right, and for a miss the reason: the class's meaning and an example. */
export function Told({ said, verdict, kind, classes, last, onNext }: Props) {
  const { t } = useTranslation('volunteers')
  const { t: label } = useTranslation('label')
  const format = useFormat()
  const drawn = kind.drawn !== null
  const { right, known, overlap } = verdict
  const Icon = right === null ? IconInfoCircle : right ? IconCircleCheck : IconCircleX
  const answer = known && answerText(known, classes, label, drawn)
  return (
    <div className={styles.told} data-right={right ?? 'gone'}>
      <div role="status" className={styles.verdict}>
        <Icon size={28} aria-hidden />
        <div>
          <strong>
            {answer === null ? t('practice.gone') : t(right ? 'practice.right' : 'practice.missed', { answer })}
          </strong>
          {right === false && <p>{t('practice.said', { answer: answerText(said, classes, label, drawn) })}</p>}
          {drawn && known && 'boxes' in known && 'boxes' in said && (
            <p>
              {t('practice.overlap', { share: format.percent(overlap) })} {t('practice.overlapHelp')}
            </p>
          )}
        </div>
      </div>
      {right === false && known && <Why known={known} kind={kind} classes={classes} />}
      <Button size="md" onClick={onNext} autoFocus aria-keyshortcuts="Space">
        {t(last ? 'practice.finish' : 'practice.next')}
      </Button>
    </div>
  )
}

function Why({ known, kind, classes }: { known: Answer; kind: LabelKind; classes: readonly ClassEntry[] }) {
  const { t } = useTranslation(['volunteers', 'label'])
  const named = kind.named(known, classes)
  if (named.length === 0) return <p className={styles.why}>{t('practice.nothingWhy')}</p>
  return (
    <section className={styles.why} aria-label={t('practice.why')}>
      {named.map((entry) => (
        <div key={entry.concept_id} className={styles.class}>
          {entry.examples[0] && (
            <img src={entry.examples[0].url} alt={t('label:guide.example', { name: entry.name })} />
          )}
          <p>
            <b>{entry.name}</b>
            <br />
            {entry.definition || t('practice.noDefinition')}
          </p>
        </div>
      ))}
    </section>
  )
}
