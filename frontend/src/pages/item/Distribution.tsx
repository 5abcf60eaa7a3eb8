import { useFormat } from '@/i18n/format'
import { classColour } from '@/theme/colours'
import { useAnswers } from '../data/useAnswers'
import classes from './item.module.css'

const SHOWN = 8

interface Props {
  pid: number
  /** By concept id as text, or "nothing". */
  shares: Record<string, number>
  counts?: Record<string, number>
}

/** How sure each class is, largest first, as bars with their numbers. */
export function Distribution({ pid, shares, counts }: Props) {
  const format = useFormat()
  const { classes: schema, nothing } = useAnswers(pid)
  const rows = Object.entries(shares)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
  return (
    <ul className={classes.bars}>
      {rows.map(([key, share]) => {
        const row = schema.find(({ concept_id }) => String(concept_id) === key)
        const name = row?.name ?? (key === 'nothing' ? nothing : `#${key}`)
        const votes = counts?.[key]
        return (
          <li key={key}>
            <span>{name}</span>
            <span className={classes.track} aria-hidden>
              <span
                className={classes.fill}
                style={{
                  display: 'block',
                  width: `${share * 100}%`,
                  background: row ? classColour(row.index, row.color) : 'var(--mantine-color-dimmed)',
                }}
              />
            </span>
            <span className={classes.value}>
              {format.percent(share, 1)}
              {votes ? ` (${format.number(votes)})` : ''}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
