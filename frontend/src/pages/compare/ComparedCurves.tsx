import { Card, SimpleGrid, Text, Title } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { isLive, learnsBoxes, type MetricLine, type Run } from '@/api/training'
import { type Curve, Curves } from '@/components/Curves'
import { type Series, seriesOf } from '../runs/metrics'
import { useRunName } from './useRunName'

/* Okabe and Ito's colours, each with a dash of its own, so that no curve is told by colour alone. */
const LOOKS: [string, number[]][] = [
  ['#0072B2', []],
  ['#D55E00', [8, 4]],
  ['#009E73', [2, 3]],
  ['#CC79A7', [10, 3, 2, 3]],
  ['#E69F00', [4, 4]],
  ['#56B4E9', [1, 3]],
]

async function allLines(pid: number, rid: number): Promise<MetricLine[]> {
  const lines: MetricLine[] = []
  for (let after = 0; ; ) {
    const params = { path: { pid, rid }, query: { after } }
    const reply = await ask(api.GET('/api/projects/{pid}/runs/{rid}/metrics', { params }))
    // The schema leaves a line open, because each event has its own fields.
    const news = reply.lines as unknown as MetricLine[]
    lines.push(...news)
    if (news.length === 0 || reply.next === after) return lines
    after = reply.next
  }
}

/** The runs' losses and validation figures over a common axis of epochs. */
export function ComparedCurves({ pid, runs }: { pid: number; runs: Run[] }) {
  const { t } = useTranslation(['compare', 'training'])
  const name = useRunName()
  const found = useQueries({
    queries: runs.map((run) => ({
      queryKey: ['project', pid, 'run', run.id, 'all-metrics', run.state, run.epoch],
      queryFn: () => allLines(pid, run.id),
      staleTime: isLive(run.state) ? 2000 : Number.POSITIVE_INFINITY,
    })),
    combine: (all) => all.map((one) => one.data),
  })
  const series = useMemo(() => found.map((lines) => seriesOf(lines ?? [])), [found])
  const epochs = useMemo(() => [...new Set(series.flatMap((one) => one.epochs))].sort((a, b) => a - b), [series])
  const quality: keyof Series = runs.some(learnsBoxes)
    ? 'valMap50'
    : series.some((one) => one.valMap.some((value) => value !== null))
      ? 'valMap'
      : 'valAccuracy'
  const curves = (of: 'trainLoss' | 'valLoss' | typeof quality): Curve[] =>
    runs.map((run, at) => {
      const [colour, dash] = LOOKS[at % LOOKS.length] as [string, number[]]
      return { label: name(run), colour, dash, values: aligned(series[at] as Series, of, epochs) }
    })
  const plots = (
    [
      ['trainLoss', t('training:curve.trainLoss'), false],
      ['valLoss', t('training:curve.valLoss'), false],
      [quality, t('validation'), true],
    ] as const
  ).filter(([of]) => series.some((one) => (one[of] as (number | null)[]).some((value) => value !== null)))
  return (
    <section aria-labelledby="curves-heading">
      <Title order={2} fz="h4" mb="xs" id="curves-heading">
        {t('curves')}
      </Title>
      {plots.length === 0 && <Text c="dimmed">{t('noCurves')}</Text>}
      <SimpleGrid cols={{ base: 1, md: plots.length > 2 ? 3 : 2 }}>
        {plots.map(([of, title, percent]) => (
          <Card key={of} withBorder padding="sm">
            <Title order={3} fz="md" mb="xs">
              {title}
            </Title>
            <Curves
              description={t('curvesOf', { what: title, runs: runs.map(name).join(', ') })}
              xLabel={t('training:curve.epoch')}
              x={epochs}
              curves={curves(of)}
              percent={percent}
            />
          </Card>
        ))}
      </SimpleGrid>
    </section>
  )
}

/** One run's values at the epochs of all runs; null where it has none. */
export function aligned(series: Series, of: keyof Series, epochs: number[]): (number | null)[] {
  const at = new Map(series.epochs.map((epoch, place) => [epoch, series[of][place] ?? null]))
  return epochs.map((epoch) => at.get(epoch) ?? null)
}
