import { Button } from '@mantine/core'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { MarkedPicture } from '@/canvas/MarkedPicture'
import { ClassChip } from '@/components/ClassChip'
import { Picture } from '@/components/Picture'
import { When } from '@/components/When'
import { KINDS, namedIn } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer, DeskPicture } from '@/store/desk'
import { answerText } from '../label/answerText'
import styles from './mine.module.css'

export interface OwnVote {
  key: string
  task: number
  image: DeskPicture
  answer: Answer
  created_at: string
  superseded: boolean
  surplus: boolean
  decided: boolean
  asking: number
  /** False when the task has been asked again since. */
  current: boolean
}

interface Props {
  vote: OwnVote
  answer: Answer
  classes: readonly ClassEntry[]
  /** Answers are drawn on the picture. */
  drawn: boolean
  onChange: () => void
}

export const MyAnswer = memo(function MyAnswer({ vote, answer, classes, drawn, onChange }: Props) {
  const { t } = useTranslation('label')
  const state = vote.superseded
    ? 'superseded'
    : vote.decided
      ? 'decided'
      : !vote.current
        ? 'askedAgain'
        : vote.surplus
          ? 'surplus'
          : 'counted'
  const said = answerText(answer, classes, t, drawn)
  const named = namedIn(answer, classes)
  const marks = useMemo(() => {
    const all = Object.values(KINDS).flatMap((kind) => kind.drawn?.marks(answer, classes) ?? [])
    return all.map((mark) => ({ ...mark, faint: true }))
  }, [answer, classes])
  return (
    <li className={styles.item} data-state={state}>
      <span className={styles.thumb}>
        {marks.length > 0 ? (
          <MarkedPicture
            src={vote.image.thumb}
            alt={t('mine.picture', { number: vote.image.id })}
            size={vote.image}
            marks={marks}
          />
        ) : (
          <Picture src={vote.image.thumb} alt={t('mine.picture', { number: vote.image.id })} />
        )}
      </span>
      <span className={styles.said}>
        <b>
          {named.length > 0 && marks.length === 0
            ? named.map((entry) => (
                <ClassChip key={entry.concept_id} name={entry.name} index={entry.index} colour={entry.color} />
              ))
            : said}
        </b>
        <span className={styles.state}>
          <When at={vote.created_at} /> · {t(`mine.${state}`)}
        </span>
      </span>
      {(state === 'counted' || state === 'surplus') && (
        <Button size="xs" variant="default" onClick={onChange} aria-label={`${t('mine.change')}: ${said}`}>
          {t('mine.change')}
        </Button>
      )}
    </li>
  )
})
