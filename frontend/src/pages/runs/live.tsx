import {
  Alert,
  Anchor,
  Button,
  Card,
  Code,
  Group,
  Progress,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { isLive, type MetricLine, type Run, runQuery } from '@/api/training'
import { Curves } from '@/components/Curves'
import { ErrorState } from '@/components/ErrorState'
import { Facts } from '@/components/Facts'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { presetTitle } from './inWords'
import { seriesOf } from './metrics'
import { RunBadge } from './page'

const TRAIN = '#0072B2'
const VALIDATION = '#D55E00'

/** One training as it goes on: bar, curves, log, and the buttons that stop it or let it go on. */
export default function RunPage() {
  const { pid, rid } = useParams({ strict: false }) as { pid: number; rid: number }
  const { t } = useTranslation('training')
  const run = useQuery(runQuery(pid, rid))
  if (run.isError) return <ErrorState text={errorText(run.error)} onRetry={() => run.refetch()} />
  if (!run.data) return null
  return (
    <>
      <PageTitle title={run.data.name || t('run.unnamed', { id: run.data.id })}>
        <Controls pid={pid} run={run.data} />
      </PageTitle>
      <Stack>
        <State pid={pid} run={run.data} />
        <Plots pid={pid} run={run.data} />
        <Log pid={pid} run={run.data} />
      </Stack>
    </>
  )
}

function Controls({ pid, run }: { pid: number; run: Run }) {
  const { t } = useTranslation('training')
  const client = useQueryClient()
  const project = useQuery(projectQuery(pid))
  const path = { pid, rid: run.id }
  const refresh = () => client.invalidateQueries({ queryKey: runQuery(pid, run.id).queryKey })
  const stop = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/runs/{rid}/stop', { params: { path } })),
    onSettled: refresh,
  })
  const resume = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/runs/{rid}/resume', { params: { path } })),
    onSettled: refresh,
  })
  if (!project.data?.actions.includes('work')) return null
  const problem = stop.error ?? resume.error
  return (
    <>
      {problem && <ErrorState text={errorText(problem)} />}
      {(run.state === 'queued' || run.state === 'running') && (
        <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('live.stop')}
        </Button>
      )}
      {(run.state === 'stopped' || run.state === 'failed') && (
        <Button loading={resume.isPending} onClick={() => resume.mutate()}>
          {t('live.resume')}
        </Button>
      )}
      {run.evaluation !== null && (
        <Button component={Link} to={`/p/${pid}/evaluations/${run.evaluation}`}>
          {t('live.evaluation')}
        </Button>
      )}
    </>
  )
}

function State({ pid, run }: { pid: number; run: Run }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = run.epochs > 0 ? run.epoch / run.epochs : 0
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Group>
          <RunBadge run={run} />
          <Text aria-live="polite">
            {run.epochs > 0 && t('live.epoch', { epoch: run.epoch, epochs: run.epochs })}
            {isLive(run.state) && run.seconds_left
              ? ` · ${t('live.left', { time: format.duration(run.seconds_left) })}`
              : ''}
          </Text>
        </Group>
        <Progress
          value={share * 100}
          animated={run.state === 'running'}
          aria-label={t('run.progressOf', { name: run.name || run.id })}
        />
        {run.state === 'queued' && <Text c="dimmed">{t('live.queued')}</Text>}
        {run.error && (
          <Alert color="red" title={t(`fault.${run.error.fault}`)}>
            {run.error.message}
          </Alert>
        )}
        <Facts
          items={[
            [
              t('run.version'),
              <Anchor key="version" component={Link} to={`/p/${pid}/versions`} underline="always">
                {run.version.number}
              </Anchor>,
            ],
            [t('start.preset'), presetTitle(run.preset)],
            [t('run.valAccuracy'), run.val_accuracy === null ? null : format.percent(run.val_accuracy, 1)],
            [t('run.attempt'), run.attempt > 1 ? String(run.attempt) : null],
          ]}
        />
      </Stack>
    </Card>
  )
}

/** The lines so far, fetched onward from the last one known once a second while the run lives. */
function useMetrics(pid: number, run: Run): MetricLine[] {
  const [lines, setLines] = useState<MetricLine[]>([])
  const live = isLive(run.state)
  const { attempt } = run

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt may have cut lines off, so reading begins anew
  useEffect(() => {
    let after = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let gone = false
    const fetchMore = async () => {
      try {
        const reply = await ask(
          api.GET('/api/projects/{pid}/runs/{rid}/metrics', {
            params: { path: { pid, rid: run.id }, query: { after } },
          }),
        )
        // The schema leaves a line open, because each event has its own fields.
        const news = reply.lines as unknown as MetricLine[]
        if (gone) return
        const fresh = reply.start === 0
        after = reply.next
        if (fresh || news.length > 0) setLines((known) => (fresh ? news : [...known, ...news]))
      } catch {
        // The next look tries again; the state above already says what is wrong with the server.
      }
      if (live && !gone) timer = setTimeout(fetchMore, 1000)
    }
    void fetchMore()
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [pid, run.id, live, attempt])
  return lines
}

function Plots({ pid, run }: { pid: number; run: Run }) {
  const { t } = useTranslation('training')
  const lines = useMetrics(pid, run)
  const series = useMemo(() => seriesOf(lines), [lines])
  const loss = useMemo(
    () => [
      { label: t('curve.train'), values: series.trainLoss, colour: TRAIN },
      { label: t('curve.val'), values: series.valLoss, colour: VALIDATION, dash: [6, 4] },
    ],
    [series, t],
  )
  const accuracy = useMemo(
    () => [
      { label: t('curve.train'), values: series.trainAccuracy, colour: TRAIN },
      { label: t('curve.val'), values: series.valAccuracy, colour: VALIDATION, dash: [6, 4] },
    ],
    [series, t],
  )
  const step = useMemo(() => [{ label: t('curve.step'), values: series.stepLoss, colour: TRAIN }], [series, t])
  const caching = lines.findLast((line) => line.event === 'cache')
  if (series.epochs.length === 0 && series.steps.length === 0) {
    return (
      <Text c="dimmed" role="status">
        {isLive(run.state) && caching?.total
          ? t('live.caching', { done: caching.done ?? 0, total: caching.total })
          : t('live.noCurves')}
      </Text>
    )
  }
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Plot title={t('curve.loss')}>
          <Curves description={t('curve.lossOver')} xLabel={t('curve.epoch')} x={series.epochs} curves={loss} />
        </Plot>
        <Plot title={t('curve.accuracy')}>
          <Curves
            description={t('curve.accuracyOver')}
            xLabel={t('curve.epoch')}
            x={series.epochs}
            curves={accuracy}
            percent
          />
        </Plot>
      </SimpleGrid>
      <Plot title={t('curve.stepLoss')}>
        <Curves
          description={t('curve.stepLoss')}
          xLabel={t('curve.epoch')}
          x={series.steps}
          curves={step}
          height={160}
        />
      </Plot>
      <EpochTable lines={lines} />
    </Stack>
  )
}

function Plot({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Card withBorder padding="sm" component="section">
      <Title order={2} fz="md" mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  )
}

function EpochTable({ lines }: { lines: MetricLine[] }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const epochs = lines.filter((line) => line.event === 'epoch')
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : format.percent(value, 1)
  const plain = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : format.number(value, 4)
  return (
    <details>
      <summary>{t('live.numbers')}</summary>
      <Table maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('curve.epoch')}</Table.Th>
            <Table.Th>{t('curve.trainLoss')}</Table.Th>
            <Table.Th>{t('curve.valLoss')}</Table.Th>
            <Table.Th>{t('curve.trainAccuracy')}</Table.Th>
            <Table.Th>{t('curve.valAccuracy')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {epochs.map((line) => (
            <Table.Tr key={line.epoch}>
              <Table.Td>{line.epoch}</Table.Td>
              <Table.Td>{plain(line.train_loss)}</Table.Td>
              <Table.Td>{plain(line.val_loss)}</Table.Td>
              <Table.Td>{share(line.train_accuracy)}</Table.Td>
              <Table.Td>{share(line.val_accuracy)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  )
}

function Log({ pid, run }: { pid: number; run: Run }) {
  const { t } = useTranslation('training')
  const [open, setOpen] = useState(run.state === 'failed')
  const log = useQuery({
    queryKey: ['project', pid, 'run', run.id, 'log'],
    queryFn: async (): Promise<string> => {
      const path = { pid, rid: run.id }
      const reply = await ask(api.GET('/api/projects/{pid}/runs/{rid}/log', { params: { path } }))
      return reply.text
    },
    enabled: open,
    refetchInterval: isLive(run.state) ? 2000 : false,
  })
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('live.log')}</summary>
      <Code block mah={360} tabIndex={0} role="region" aria-label={t('live.log')} style={{ overflow: 'auto' }}>
        {log.data || t('live.noLog')}
      </Code>
    </details>
  )
}
