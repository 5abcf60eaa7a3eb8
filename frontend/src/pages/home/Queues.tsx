import { Badge, Group, Paper, Progress, SimpleGrid, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Home, HomeQueue } from '@/api/home'
import { useFormat } from '@/i18n/format'
import classes from './home.module.css'

/** One's queues, the one worked in last first, each with its bar; a card leads to the desk where something waits. */
export function Queues({ queues }: { queues: HomeQueue[] }) {
  const { t } = useTranslation('projects')
  return (
    <section aria-labelledby="queues-heading">
      <Title order={2} fz="h4" mb="sm" id="queues-heading">
        {t('home.queues')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
        {queues.map((queue) => (
          <Queue key={queue.project} queue={queue} />
        ))}
      </SimpleGrid>
    </section>
  )
}

function Queue({ queue }: { queue: HomeQueue }) {
  const { t } = useTranslation('projects')
  const format = useFormat()
  const total = queue.done + queue.open
  return (
    <Paper withBorder className={classes.queue}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb={6}>
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          <Link
            to={queue.waits ? '/p/$pid/label' : '/p/$pid'}
            params={{ pid: queue.project }}
            className={classes.cover}
            style={{ color: 'inherit', textDecoration: 'none' }}
          >
            {queue.name}
          </Link>
        </Text>
        {queue.paused && (
          <Badge variant="outline" color="orange" c="var(--mantine-color-text)" tt="none" style={{ flex: 'none' }}>
            {t('home.paused')}
          </Badge>
        )}
      </Group>
      <Progress.Root size="md">
        <Progress.Section
          value={total > 0 ? (queue.done / total) * 100 : 0}
          color="green"
          aria-label={t('list.bar', { project: queue.name })}
        />
      </Progress.Root>
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="sm" c="dimmed">
          {total > 0
            ? t('list.progress', { done: format.number(queue.done), total: format.number(total) })
            : t('list.noPictures')}
        </Text>
        <Text size="sm" c="dimmed">
          {!queue.waits && queue.open > 0 && !queue.paused
            ? t('home.othersTurn')
            : t('home.mineToday', { count: queue.today, number: format.number(queue.today) })}
        </Text>
      </Group>
    </Paper>
  )
}

/** Answers of the last fourteen days as bars, today's in figures. */
export function Today({ days }: Pick<Home, 'days'>) {
  const { t } = useTranslation('projects')
  const format = useFormat()
  const most = Math.max(1, ...days.map((day) => day.answers))
  const today = days.at(-1)?.answers ?? 0
  const all = days.reduce((sum, day) => sum + day.answers, 0)
  return (
    <Group gap="md" align="center">
      <div
        className={classes.days}
        role="img"
        aria-label={t('home.lastDays', { count: all, number: format.number(all), days: days.length })}
      >
        {days.map((day) => (
          <span key={day.day} style={{ height: `${(100 * day.answers) / most}%` }} />
        ))}
      </div>
      <Text>{t('home.today', { count: today, number: format.number(today) })}</Text>
    </Group>
  )
}
