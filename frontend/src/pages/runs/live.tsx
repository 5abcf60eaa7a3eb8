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
import { isLive, learnsBoxes, type MetricLine, type Run, runQuery } from '@/api/training'
import { Curves } from '@/components/Curves'
import { ErrorState } from '@/components/ErrorState'
import { Facts } from '@/components/Facts'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { presetTitle } from './inWords'
import { MoreLabels } from './MoreLabels'
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
        <MoreLabels pid={pid} run={run.data} />
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
      {run.checkpoint !== null && (
        <Button
          component={Link}
          variant="default"
          to={`/p/${pid}/try`}
          search={{ model: `checkpoint-${run.checkpoint}` } as never}
        >
          {t('live.try')}
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
            [t('run.valMap50'), run.val_map50 === null ? null : format.percent(run.val_map50, 1)],
            [
              t(learnsBoxes(run) ? 'run.valMap' : 'run.valEach'),
              run.val_map === null ? null : format.percent(run.val_map, 1),
            ],
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
  const boxed = learnsBoxes(run)
  // Of several classes per picture a run of a classifier says mAP too.
  const each = !boxed && series.valMap.some((value) => value !== null)
  const loss = useMemo(() => {
    const train = { label: t('curve.train'), values: series.trainLoss, colour: TRAIN }
    const val = { label: t('curve.val'), values: series.valLoss, colour: VALIDATION, dash: [6, 4] }
    // A detector in use gives boxes and no loss.
    return boxed ? [train] : [train, val]
  }, [series, boxed, t])
  const quality = useMemo(
    () =>
      boxed
        ? [
            { label: t('curve.map50At'), values: series.valMap50, colour: TRAIN },
            { label: t('curve.mapAt'), values: series.valMap, colour: VALIDATION, dash: [6, 4] },
          ]
        : each
          ? [{ label: t('curve.val'), values: series.valMap, colour: VALIDATION }]
          : [
              { label: t('curve.train'), values: series.trainAccuracy, colour: TRAIN },
              { label: t('curve.val'), values: series.valAccuracy, colour: VALIDATION, dash: [6, 4] },
            ],
    [series, boxed, each, t],
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
          <Curves
            description={t(boxed ? 'curve.trainLossOver' : 'curve.lossOver')}
            xLabel={t('curve.epoch')}
            x={series.epochs}
            curves={loss}
          />
        </Plot>
        <Plot title={t(boxed || each ? 'curve.map' : 'curve.accuracy')}>
          <Curves
            description={t(boxed ? 'curve.mapOver' : each ? 'curve.eachOver' : 'curve.accuracyOver')}
            xLabel={t('curve.epoch')}
            x={series.epochs}
            curves={quality}
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
      <EpochTable lines={lines} columns={boxed ? OF_BOXES : each ? OF_EACH : OF_CLASSES} />
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

const OF_CLASSES = ['train_loss', 'val_loss', 'train_accuracy', 'val_accuracy'] as const
const OF_EACH = ['train_loss', 'val_loss', 'val_map'] as const
const OF_BOXES = ['train_loss', 'val_map50', 'val_map'] as const
const HEADINGS = {
  train_loss: 'curve.trainLoss',
  val_loss: 'curve.valLoss',
  train_accuracy: 'curve.trainAccuracy',
  val_accuracy: 'curve.valAccuracy',
  val_map50: 'run.valMap50',
  val_map: 'run.valMap',
} as const
type Column = keyof typeof HEADINGS

function EpochTable({ lines, columns }: { lines: MetricLine[]; columns: readonly Column[] }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  function write(line: MetricLine, column: keyof typeof HEADINGS) {
    const value = line[column]
    if (value === null || value === undefined) return '–'
    return column.endsWith('loss') ? format.number(value, 4) : format.percent(value, 1)
  }
  return (
    <details>
      <summary>{t('live.numbers')}</summary>
      <Table maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('curve.epoch')}</Table.Th>
            {columns.map((column) => (
              <Table.Th key={column}>{t(HEADINGS[column])}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines
            .filter((line) => line.event === 'epoch')
            .map((line) => (
              <Table.Tr key={line.epoch}>
                <Table.Td>{line.epoch}</Table.Td>
                {columns.map((column) => (
                  <Table.Td key={column}>{write(line, column)}</Table.Td>
                ))}
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
