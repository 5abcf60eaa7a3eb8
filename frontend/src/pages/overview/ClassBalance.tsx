import { Paper, Text, Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ClassChip } from '@/components/ClassChip'
import { useFormat } from '@/i18n/format'
import { classColour } from '@/theme/colours'
import { countQuery } from '../data/queries'
import { useAnswers } from '../data/useAnswers'
import classes from './overview.module.css'

/** How many pictures each class has by now; each bar leads to its pictures. */
export function ClassBalance({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  const format = useFormat()
  const { classes: schema } = useAnswers(pid)
  const counts = useQuery(countQuery(pid, {})).data?.facets?.classes
  const rows = schema.map((row) => ({ row, count: counts?.[String(row.concept_id)] ?? 0 }))
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return (
    <Paper withBorder p="md">
      <Title order={2} fz="h4" mb="sm">
        {t('overview.classes')}
      </Title>
      {rows.every(({ count }) => count === 0) ? (
        <Text c="dimmed">{t('overview.classesNone')}</Text>
      ) : (
        <ul className={classes.bars}>
          {rows.map(({ row, count }) => (
            <li key={row.id}>
              <Link to="/p/$pid/data" params={{ pid }} search={{ class: row.concept_id }} className={classes.bar}>
                <ClassChip name={row.name} index={row.index} colour={row.color} />
                <span>
                  <span
                    className={classes.fill}
                    style={{ width: `${(count / most) * 100}%`, background: classColour(row.index, row.color) }}
                  />
                </span>
                <span className={classes.value}>
                  {format.number(count)} <VisuallyHidden>{t('overview.classBar')}</VisuallyHidden>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Paper>
  )
}
