import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Guess, TryAnswer } from '@/api/tryouts'
import { useFormat } from '@/i18n/format'
import styles from './try.module.css'

interface Props {
  answer: TryAnswer
  /** The least score of a box that is shown. */
  threshold: number
  colourOf: (concept: number) => string
}

/** A crowd of boxes is seen on the picture; its list stays readable. */
const MOST_LINES = 10

export type Boxed = Guess & { box: number[] }
export const boxesFrom = (answer: TryAnswer, threshold: number): Boxed[] =>
  answer.form === 'boxes'
    ? answer.guesses.filter((one): one is Boxed => one.box !== undefined && one.score >= threshold)
    : []

/** What the model said in words and numbers: the likeliest classes as bars, or the boxes as a list. */
export function Answer({ answer, threshold, colourOf }: Props) {
  const { t } = useTranslation('tryout')
  const format = useFormat()
  const boxed = answer.form === 'boxes'
  const shown: Guess[] = boxed ? boxesFrom(answer, threshold) : answer.guesses
  const counts = [...new Set(shown.map(({ name }) => name))].map((name) =>
    t('ofClass', { name, boxes: shown.filter((one) => one.name === name).length }),
  )
  const listed = shown.slice(0, MOST_LINES)
  const beneath = boxed ? answer.guesses.length - shown.length : 0
  return (
    <div>
      {boxed && (
        <Text fw={600} mb={4}>
          {shown.length > 0 ? `${t('boxes', { boxes: shown.length })} (${counts.join(', ')})` : t('noBoxes')}
        </Text>
      )}
      <ul className={styles.bars}>
        {listed.map((one) => (
          <li key={`${one.concept} ${one.score} ${one.box?.join(' ')}`}>
            <span className={styles.name}>{one.name}</span>
            <span className={styles.track} aria-hidden="true">
              <span
                className={styles.fill}
                style={{ width: `${one.score * 100}%`, background: boxed ? colourOf(one.concept) : undefined }}
              />
            </span>
            <span className={styles.value}>{format.percent(one.score, 1)}</span>
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt="xs">
        {shown.length > listed.length && `${t('more', { boxes: shown.length - listed.length })} `}
        {answer.form === 'any' && t('any')}
        {answer.form === 'one' &&
          answer.classes > shown.length &&
          t('ofClasses', { classes: format.number(answer.classes) })}
        {boxed && beneath > 0 && t('beneath', { boxes: beneath })}
      </Text>
    </div>
  )
}
