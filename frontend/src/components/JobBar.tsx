import { Badge, Group, Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import { ConfirmButton } from './ConfirmButton'

export interface JobView {
  title: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number
  message: string
  rate: number | null
  seconds_left: number | null
}

const COLOURS = { queued: 'gray', running: 'indigo', done: 'green', failed: 'red', cancelled: 'gray' } as const

interface Props {
  job: JobView
  onCancel?: () => void
}

/** Any long work: what it is, how far, how fast, how long still, and the way to stop it. */
export function JobBar({ job, onCancel }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const running = job.state === 'queued' || job.state === 'running'
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : job.state === 'done' ? 1 : 0
  const facts = [
    job.total > 0 && t('job.progress', { done: format.number(job.done), total: format.number(job.total) }),
    running && job.rate ? t('job.rate', { rate: format.number(job.rate, job.rate < 10 ? 1 : 0) }) : false,
    running && job.seconds_left !== null && job.seconds_left > 0
      ? t('job.left', { time: format.duration(job.seconds_left) })
      : false,
  ].filter(Boolean)

  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {job.title}
          </Text>
          <Badge variant="outline" color={COLOURS[job.state]} c="var(--mantine-color-text)">
            {t(`job.${job.state}`)}
          </Badge>
        </Group>
        {running && onCancel && (
          <ConfirmButton
            size="xs"
            variant="default"
            label={t('cancel')}
            question={t('job.cancel')}
            onConfirm={onCancel}
          />
        )}
      </Group>
      <Progress.Root size="md">
        <Progress.Section
          value={share * 100}
          color={COLOURS[job.state]}
          animated={job.state === 'running'}
          aria-label={t('job.bar', { title: job.title })}
        />
      </Progress.Root>
      {facts.length > 0 && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {facts.join(' · ')}
        </Text>
      )}
      {job.message && (
        <Text size="sm" c={job.state === 'failed' ? 'var(--bad)' : 'dimmed'} style={{ overflowWrap: 'anywhere' }}>
          {job.message}
        </Text>
      )}
    </Stack>
  )
}
