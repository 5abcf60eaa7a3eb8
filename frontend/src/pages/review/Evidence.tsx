import { useTranslation } from 'react-i18next'
import { ClassChip } from '@/components/ClassChip'
import { useFormat } from '@/i18n/format'
import { namedIn } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer } from '@/store/desk'
import { classColour } from '@/theme/colours'
import { answerText } from '../label/answerText'
import { answerOf, type ReviewItem, type Ruling, tally } from './queue'
import styles from './review.module.css'

/** A class less likely than this says nothing to a reviewer. */
const WORTH_SHOWING = 0.02

interface Props {
  item: ReviewItem
  classes: readonly ClassEntry[]
  ruling: Ruling | null
  /** Answers are drawn on the picture. */
  drawn: boolean
}

/** Beside the picture: how sure the crowd is, what it said as bars, and each answer without a name. */
export function Evidence({ item, classes, ruling, drawn }: Props) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const likely = [...item.distribution]
    .filter(({ p }) => p >= WORTH_SHOWING)
    .sort((a, b) => b.p - a.p)
    .slice(0, 8)
  return (
    <aside className={styles.evidence} tabIndex={0} aria-label={t('evidence')}>
      <p className={styles.sure}>
        {item.distribution.length > 0 || item.answer
          ? t('confidence', { percent: format.percent(item.confidence) })
          : t('noClass')}
        {item.split === 'holdout' && (
          <span className={styles.badge} title={t('holdoutHelp')}>
            {t('holdout')}
          </span>
        )}
        {item.asking > 1 && <span className={styles.badge}>{t('asking', { number: item.asking })}</span>}
        {ruling && <span className={styles.badge}>{t(`ruled.${ruling.ruling}`)}</span>}
      </p>
      <h2>{t('votes')}</h2>
      <ul className={styles.bars}>
        {tally(item).map(({ answer, count, share }) => (
          <li key={JSON.stringify(answer)}>
            <Said answer={answer} classes={classes} drawn={drawn} />
            <span className={styles.bar} aria-hidden>
              <span style={{ width: `${share * 100}%`, background: colourOf(answer, classes) }} />
            </span>
            <span className={styles.count}>{t('count', { number: count })}</span>
          </li>
        ))}
      </ul>
      {likely.length > 0 && (
        <>
          <h2>{t('distribution')}</h2>
          <ul className={styles.bars}>
            {likely.map((share) => {
              const answer = answerOf(share)
              return (
                <li key={share.concept_id}>
                  <Said answer={answer} classes={classes} drawn={drawn} />
                  <span className={styles.bar} aria-hidden>
                    <span style={{ width: `${share.p * 100}%`, background: colourOf(answer, classes) }} />
                  </span>
                  <span className={styles.count}>{format.percent(share.p)}</span>
                </li>
              )
            })}
          </ul>
        </>
      )}
      <h2>{t('each')}</h2>
      <ol className={styles.each}>
        {item.votes.map((vote, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: votes come without names or keys, in an order that stays
          <li key={place}>
            <Said answer={vote.answer} classes={classes} drawn={drawn} />
            {vote.asking < item.asking && <small>{t('earlier')}</small>}
            {vote.surplus && <small>{t('surplus')}</small>}
            {vote.proposed && <small>{t('proposed')}</small>}
          </li>
        ))}
      </ol>
    </aside>
  )
}

function colourOf(answer: Answer, classes: readonly ClassEntry[]): string {
  const entry = namedIn(answer, classes)[0]
  return entry ? classColour(entry.index, entry.color) : 'var(--desk-soft)'
}

function Said({ answer, classes, drawn }: { answer: Answer; classes: readonly ClassEntry[]; drawn: boolean }) {
  const { t } = useTranslation('label')
  const named = namedIn(answer, classes)
  // What is drawn may name a class several times.
  if (named.length > 0 && !drawn) {
    return (
      <span className={styles.said}>
        {named.map((entry) => (
          <ClassChip key={entry.concept_id} name={entry.name} index={entry.index} colour={entry.color} />
        ))}
      </span>
    )
  }
  return <span>{answerText(answer, classes, t, drawn)}</span>
}
