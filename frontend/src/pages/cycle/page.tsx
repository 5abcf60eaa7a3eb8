import { Card, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { cycleQuery, type Round } from '@/api/cycle'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { Curves } from '@/components/Curves'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { NextRound } from './NextRound'
import { Ring } from './Ring'
import { type Measure, Rounds } from './Rounds'

const MEASURES: Partial<Record<string, Measure>> = { box: 'map50', choices: 'map' }
const CHARTS = { accuracy: 'chart', map50: 'mapChart', map: 'eachChart' } as const

/** The whole circle at a glance: what waits in each stage, what the rounds have brought, and the button for the next. */
export default function CyclePage() {
  const { pid } = useParams({ from: '/inside/shell/p/$pid' })
  const { t } = useTranslation('cycle')
  const project = useQuery(projectQuery(pid))
  const cycle = useQuery(cycleQuery(pid))
  const measure = MEASURES[project.data?.kind ?? ''] ?? 'accuracy'
  const mayWork = project.data?.actions.includes('work') ?? false
  return (
    <>
      <PageTitle title={t('title')} lead={t('lead')} />
      {cycle.isError && <ErrorState text={errorText(cycle.error)} onRetry={() => cycle.refetch()} />}
      {cycle.data && project.data && (
        <Stack gap="xl">
          <Ring pid={pid} stages={cycle.data.stages} rounds={cycle.data.rounds} />
          {mayWork && (
            <NextRound pid={pid} next={cycle.data.next} rounds={cycle.data.rounds} usual={project.data.order} />
          )}
          <section aria-labelledby="rounds-heading">
            <Title order={2} fz="h4" mb="sm" id="rounds-heading">
              {t('rounds')}
            </Title>
            {cycle.data.rounds.length === 0 ? (
              <Text c="dimmed">{t('roundsEmpty')}</Text>
            ) : (
              <Stack>
                <Chart rounds={cycle.data.rounds} measure={measure} />
                <Rounds pid={pid} rounds={cycle.data.rounds} mayWork={mayWork} measure={measure} />
              </Stack>
            )}
          </section>
        </Stack>
      )}
    </>
  )
}

/** What rounds are scored by, over labels; drawn from the second scored round on, because one point is no curve. */
function Chart({ rounds, measure }: { rounds: Round[]; measure: Measure }) {
  const { t } = useTranslation('cycle')
  const { x, curves } = useMemo(() => {
    const scored = rounds
      .filter((round) => typeof round.accuracy?.value === 'number' && round.accuracy.comparable)
      .sort((a, b) => a.labels_spent - b.labels_spent)
    return {
      x: scored.map((round) => round.labels_spent),
      curves: [
        {
          label: t(measure),
          values: scored.map((round) => round.accuracy?.value ?? null),
          colour: '#0072B2',
        },
        {
          label: t('low'),
          values: scored.map((round) => round.accuracy?.low ?? null),
          colour: '#767676',
          dash: [4, 4],
        },
        {
          label: t('high'),
          values: scored.map((round) => round.accuracy?.high ?? null),
          colour: '#767676',
          dash: [4, 4],
        },
      ],
    }
  }, [rounds, measure, t])
  if (x.length < 2) return null
  return (
    <Card withBorder padding="sm">
      <Curves description={t(CHARTS[measure])} xLabel={t('labelsAxis')} x={x} curves={curves} percent />
    </Card>
  )
}
