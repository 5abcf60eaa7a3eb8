import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '@/api/types'
import { useFormat } from '@/i18n/format'
import styles from './work.module.css'

const HEIGHT = 60

/** Answers by day as bars, with the sum in words. */
export function Days({ days }: { days: PersonDetail['days'] }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const most = Math.max(0, ...days.map((day) => day.answers))
  const all = days.reduce((sum, day) => sum + day.answers, 0)
  const words = t('person.daysHelp', { count: all, most: format.number(most) })
  return (
    <section>
      <Title order={3} fz="h5">
        {t('person.days')}
      </Title>
      <Text size="sm" c="dimmed" mb={4}>
        {words}
      </Text>
      <svg
        className={styles.days}
        viewBox={`0 0 ${days.length * 4} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words}
      >
        {days.map(({ day, answers }, place) => (
          <rect
            key={day}
            x={place * 4}
            width={3}
            y={HEIGHT - (most > 0 ? (HEIGHT * answers) / most : 0)}
            height={most > 0 ? (HEIGHT * answers) / most : 0}
          >
            <title>{`${day}: ${answers}`}</title>
          </rect>
        ))}
      </svg>
    </section>
  )
}
