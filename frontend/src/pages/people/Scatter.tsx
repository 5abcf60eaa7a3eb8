import { Text, Title } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { Person } from '@/api/types'
import { useFormat } from '@/i18n/format'
import { logAxis, shareAxis } from './scale'
import styles from './work.module.css'

interface Props {
  people: readonly Person[]
  chosen: number | null
  onChoose: (person: number) => void
}

interface Dot {
  person: Person
  seconds: number
  share: number
}

const HEIGHT = 350
const PAD = { left: 56, right: 16, top: 62, bottom: 46 }
const SMALLEST = 6
const LARGEST = 22
/** With more people than this their names would lie on one another. */
const NAMED = 12

/** One dot for each person; whoever cannot see or point finds the same in the table below. */
export function Scatter({ people, chosen, onChoose }: Props) {
  const { t } = useTranslation('people')
  const { ref, width: measured } = useElementSize()
  const dots = people.flatMap((person): Dot[] => {
    const { median_ms, agreement } = person
    return median_ms && agreement.value !== null ? [{ person, seconds: median_ms / 1000, share: agreement.value }] : []
  })
  const without = people.length - dots.length
  return (
    <section>
      <Title order={2} fz="h4">
        {t('scatter.title')}
      </Title>
      <Text c="dimmed" mb="xs" maw="75ch">
        {t('scatter.description')}
      </Text>
      <div ref={ref}>
        {dots.length > 0 && <Plot dots={dots} width={measured || 640} chosen={chosen} onChoose={onChoose} />}
      </div>
      {without > 0 && (
        <Text c="dimmed" size="sm">
          {t('scatter.without', { count: without })}
        </Text>
      )}
    </section>
  )
}

function Plot({ dots, width, chosen, onChoose }: { dots: Dot[]; width: number } & Omit<Props, 'people'>) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const inner = { width: width - PAD.left - PAD.right, height: HEIGHT - PAD.top - PAD.bottom }
  const across = logAxis(
    dots.map((dot) => dot.seconds),
    inner.width,
  )
  const up = shareAxis(
    dots.map((dot) => dot.share),
    inner.height,
  )
  const most = Math.max(...dots.map((dot) => dot.person.votes))
  const radius = (votes: number) => Math.max(SMALLEST, LARGEST * Math.sqrt(votes / most))
  // The largest first, so that small ones lie on top and can be pointed at.
  const drawn = [...dots].sort((a, b) => b.person.votes - a.person.votes)
  return (
    <svg
      className={styles.scatter}
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={t('scatter.description')}
      data-dots={dots.length}
    >
      <g transform={`translate(${PAD.left} ${PAD.top})`}>
        {up.ticks.map((tick) => (
          <g key={tick} transform={`translate(0 ${up.at(tick)})`}>
            <line x2={inner.width} className={styles.grid} />
            <text x={-8} dy="0.35em" textAnchor="end">
              {format.percent(tick)}
            </text>
          </g>
        ))}
        {across.ticks.map((tick) => (
          <g key={tick} transform={`translate(${across.at(tick)} 0)`}>
            <line y2={inner.height} className={styles.grid} />
            <text y={inner.height + 18} textAnchor="middle">
              {format.number(tick, 2)}
            </text>
          </g>
        ))}
        <text x={-PAD.left} y={14 - PAD.top}>
          {t('scatter.y')}
        </text>
        <text x={inner.width / 2} y={inner.height + 38} textAnchor="middle">
          {t('scatter.x')}
        </text>
        {drawn.map(({ person, seconds, share }) => {
          const size = radius(person.votes)
          return (
            <g
              key={person.user_id}
              className={styles.dot}
              transform={`translate(${across.at(seconds)} ${up.at(share)})`}
              data-person={person.user_id}
              data-paused={person.pause !== null || undefined}
              data-chosen={person.user_id === chosen || undefined}
              onClick={() => onChoose(person.user_id)}
            >
              <circle r={size} />
              {dots.length <= NAMED && (
                <text y={-size - 5} textAnchor="middle">
                  {person.pause ? `${person.name} (${t('scatter.paused')})` : person.name}
                </text>
              )}
              <title>{`${person.name}: ${format.number(seconds, 1)} s, ${format.percent(share)}`}</title>
            </g>
          )
        })}
      </g>
    </svg>
  )
}
