import { Alert, Anchor, Button, Card, Progress, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { type CurveDetail, type CurveGain, curveQuery } from '@/api/curves'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { type Curve, Curves } from '@/components/Curves'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { lines } from './lines'

/** What more labels would buy: in words, as a dashed curve with its band, and the trainings that it stands on. */
export default function CurvePage() {
  const { pid, cid } = useParams({ strict: false }) as { pid: number; cid: number }
  const { t } = useTranslation(['gain', 'training'])
  const found = useQuery(curveQuery(pid, cid))
  if (found.isError) return <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />
  if (!found.data) return null
  const curve = found.data
  const run = curve.run_name || t('training:run.unnamed', { id: curve.run ?? '–' })
  return (
    <>
      <PageTitle title={t('ofRun', { run })} lead={t('lead', { number: curve.version.number })}>
        {curve.run !== null && (
          <Anchor component={Link} to={`/p/${pid}/runs/${curve.run}`} underline="always">
            {run}
          </Anchor>
        )}
        {curve.live && <Stop pid={pid} cid={cid} />}
      </PageTitle>
      <Stack gap="lg">
        {curve.done < curve.total && (
          <div>
            <Text role="status" mb={4}>
              {t('progress', { done: curve.done, total: curve.total })}
            </Text>
            <Progress
              value={(100 * curve.done) / curve.total}
              animated
              aria-label={t('progress', { done: curve.done, total: curve.total })}
            />
          </div>
        )}
        <Gains curve={curve} />
        <Plot curve={curve} />
        <Points pid={pid} curve={curve} />
      </Stack>
    </>
  )
}

function Stop({ pid, cid }: { pid: number; cid: number }) {
  const { t } = useTranslation('gain')
  const client = useQueryClient()
  const project = useQuery(projectQuery(pid))
  const stop = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/curves/{cid}/stop', { params: { path: { pid, cid } } })),
    onSettled: () => client.invalidateQueries({ queryKey: curveQuery(pid, cid).queryKey }),
  })
  if (!project.data?.actions.includes('work')) return null
  return (
    <>
      {stop.isError && <ErrorState text={errorText(stop.error)} />}
      <Button variant="default" loading={stop.isPending} title={t('stopped')} onClick={() => stop.mutate()}>
        {t('stop')}
      </Button>
    </>
  )
}

function Gains({ curve }: { curve: CurveDetail }) {
  const { t } = useTranslation('gain')
  const format = useFormat()
  const { withheld, gains, least } = curve.estimate
  const points = (value: number) =>
    `${value > 0.0005 ? '+' : value < -0.0005 ? '−' : '±'}${format.number(Math.abs(value * 100), 1)}`
  const words = (gain: CurveGain) =>
    t('headline', {
      count: gain.more,
      number: format.number(gain.more),
      value: points(gain.value),
      low: points(gain.low),
      high: points(gain.high),
    })
  if (withheld) {
    return (
      <Alert color="yellow">{withheld === 'few_points' ? t('few_points', { count: least }) : t('no_change')}</Alert>
    )
  }
  const chosen = headline(curve)
  return (
    <Card withBorder component="section" aria-labelledby="gains-heading">
      <Title order={2} fz="h4" id="gains-heading" mb="xs">
        {t('gains')}
      </Title>
      {gains.map((gain) => (
        <Text key={gain.more} fz={gain === chosen ? 26 : 'md'} fw={gain === chosen ? 700 : 400} lh={1.4}>
          {words(gain)}
        </Text>
      ))}
      <Text size="sm" c="dimmed" mt="xs">
        {t('gainsHelp')} {t('zero')}
      </Text>
    </Card>
  )
}

/** 500 more where that may be told, else the most that may. */
function headline({ estimate: { gains } }: CurveDetail): CurveGain | undefined {
  return gains.find((gain) => gain.more === 500) ?? gains.at(-1)
}

function Plot({ curve }: { curve: CurveDetail }) {
  const { t } = useTranslation('gain')
  const { x, value, low, high, seeds } = useMemo(() => lines(curve), [curve])
  const drawn = useMemo((): Curve[] => {
    const points = seeds.map((values): Curve => ({ label: t('point'), values, colour: '#0072B2', marks: true }))
    if (curve.estimate.withheld) return points
    return [
      { label: t('upper'), values: high, colour: '#D55E00', band: true, thin: true },
      { label: t('lower'), values: low, colour: '#D55E00', thin: true },
      { label: t('estimate'), values: value, colour: '#D55E00', dash: [8, 5], marks: false },
      ...points,
    ]
  }, [curve.estimate.withheld, high, low, value, seeds, t])
  if (x.length === 0) return <Text c="dimmed">{t('none')}</Text>
  return (
    <Card withBorder padding="sm">
      <Title order={2} fz="md" mb="xs">
        {t('plotTitle')}
      </Title>
      <Curves description={t('plot')} xLabel={t('x')} x={x} curves={drawn} height={320} percent />
      {!curve.estimate.withheld && (
        <Text size="sm" c="dimmed" maw="80ch">
          {t('law')}
        </Text>
      )}
    </Card>
  )
}

function Points({ pid, curve }: { pid: number; curve: CurveDetail }) {
  const { t } = useTranslation(['gain', 'training', 'compare'])
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <section>
      <Title order={2} fz="h4" mb="xs">
        {t('points')}
      </Title>
      <Table.ScrollContainer type="native" minWidth={520} tabIndex={0} role="region" aria-label={t('points')}>
        <Table striped>
          <Table.Thead>
            <Table.Tr>
              {(['share', 'pictures', 'seed', 'state', 'figure'] as const).map((column) => (
                <Table.Th key={column}>{t(column)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {curve.points.map((point) => (
              <Table.Tr key={point.run}>
                <Table.Td>
                  <Anchor component={Link} to={`/p/${pid}/runs/${point.run}`} underline="always">
                    {format.percent(point.share)}
                  </Anchor>
                </Table.Td>
                <Table.Td>{point.pictures === null ? '–' : format.number(point.pictures)}</Table.Td>
                <Table.Td>{point.seed}</Table.Td>
                <Table.Td>{t(`training:state.${point.state}` as 'training:state.queued')}</Table.Td>
                <Table.Td>
                  {point.figure
                    ? `${share(point.figure.value)} (${share(point.figure.low)} – ${share(point.figure.high)})`
                    : '–'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}
