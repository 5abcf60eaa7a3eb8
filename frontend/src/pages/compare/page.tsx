import { Alert, Anchor, Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { IconArrowsDiff } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { type Comparison, comparisonQuery, LEAST } from '@/api/comparison'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { presetTitle } from '../runs/inWords'
import { ComparedCurves } from './ComparedCurves'
import { PairReport } from './PairReport'
import { type CompareSearch, idsOf } from './search'
import { useRunName } from './useRunName'

/** Runs side by side: their curves, what differs, how good each is, and what changed between two on the same pictures. */
export default function ComparePage() {
  const { pid } = useParams({ strict: false }) as { pid: number }
  const ids = idsOf((useSearch({ strict: false }) as CompareSearch).runs)
  const { t } = useTranslation('compare')
  const found = useQuery(comparisonQuery(pid, ids))
  return (
    <>
      <PageTitle title={t('title')} lead={t('lead')}>
        <Anchor component={Link} to={`/p/${pid}/runs`} underline="always">
          {t('choose')}
        </Anchor>
      </PageTitle>
      {ids.length < LEAST && (
        <EmptyState icon={<IconArrowsDiff size={32} />} title={t('none')}>
          {t('noneHelp')}
        </EmptyState>
      )}
      {found.isError && <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />}
      {found.data && <Report pid={pid} found={found.data} />}
    </>
  )
}

function Report({ pid, found }: { pid: number; found: Comparison }) {
  const { t } = useTranslation('compare')
  const [chosen, setChosen] = useState(0)
  const name = useRunName()
  const pair = found.pairs[chosen] ?? found.pairs[0]
  const named = (id: number) => found.runs.find((run) => run.id === id) ?? { id, name: '' }
  return (
    <Stack gap="xl">
      <Holdouts pid={pid} found={found} />
      <Side found={found} pid={pid} />
      <ComparedCurves pid={pid} runs={found.runs} />
      {found.pairs.length > 1 && (
        <Group gap="xs" role="group" aria-label={t('pairOf')}>
          <Text>{t('pairOf')}</Text>
          {found.pairs.map((one, at) => (
            <Button
              key={one.second_run}
              size="xs"
              variant={one === pair ? 'filled' : 'default'}
              aria-pressed={one === pair}
              onClick={() => setChosen(at)}
            >
              {name(named(one.second_run))}
            </Button>
          ))}
        </Group>
      )}
      {pair && (
        <PairReport
          key={pair.second_run}
          pid={pid}
          pair={pair}
          first={name(named(pair.first_run))}
          second={name(named(pair.second_run))}
        />
      )}
    </Stack>
  )
}

/** Whether the figures stand on one holdout, and the button that makes it so. */
function Holdouts({ pid, found }: { pid: number; found: Comparison }) {
  const { t } = useTranslation('compare')
  const client = useQueryClient()
  const project = useQuery(projectQuery(pid))
  const runs = found.runs.map((run) => run.id)
  const rescore = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/runs/compare', { params: { path: { pid } }, body: { runs } })),
    onSettled: () => client.invalidateQueries({ queryKey: comparisonQuery(pid, runs).queryKey }),
  })
  const mayWork = project.data?.actions.includes('work') ?? false
  const stale = found.newest !== null && found.version !== found.newest
  const able = found.runs.every((run) => run.checkpoint !== null)
  return (
    <Alert color={found.version === null ? 'yellow' : 'blue'} role="status">
      <Stack gap="xs" align="flex-start">
        {found.version === null ? t('otherHoldouts') : t('oneHoldout', { number: found.version })}
        {found.scoring && <Text size="sm">{t('scoring')}</Text>}
        {rescore.isError && <ErrorState text={errorText(rescore.error)} />}
        {stale && mayWork && able && !found.scoring && (
          <Button size="xs" loading={rescore.isPending} onClick={() => rescore.mutate()}>
            {t('rescore', { number: found.newest })}
          </Button>
        )}
        {!able && <Text size="sm">{t('noCheckpoint')}</Text>}
      </Stack>
    </Alert>
  )
}

/** One column for each run: how good it is, and every option in which they are not all alike. */
function Side({ found, pid }: { found: Comparison; pid: number }) {
  const { t } = useTranslation(['compare', 'training'])
  const format = useFormat()
  const name = useRunName()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const written = (option: string, value: unknown) => {
    if (value === null || value === undefined || value === '') return '–'
    if (option === 'preset') return presetTitle(String(value))
    return typeof value === 'number' ? format.number(value, 6) : String(value)
  }
  return (
    <section>
      <Title order={2} fz="h4" mb="xs">
        {t('side')}
      </Title>
      <Table.ScrollContainer type="native" minWidth={480} tabIndex={0} role="region" aria-label={t('side')}>
        <Table striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('option')}</Table.Th>
              {found.runs.map((run, at) => (
                <Table.Th key={run.id} scope="col">
                  <Anchor component={Link} to={`/p/${pid}/runs/${run.id}`} underline="always">
                    {name(run)}
                  </Anchor>
                  {at === 0 && (
                    <Text size="xs" c="dimmed">
                      {t('baseline')}
                    </Text>
                  )}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Table.Tr>
              <Table.Th scope="row">{t('figure')}</Table.Th>
              {found.figures.map((figure, at) => (
                <Table.Td key={found.runs[at]?.id}>
                  {figure === null || figure.value === null ? (
                    t('notScored')
                  ) : (
                    <>
                      <Anchor component={Link} to={`/p/${pid}/evaluations/${figure.evaluation}`} underline="always">
                        <strong>{share(figure.value)}</strong> {t(`measure.${figure.measure}` as 'measure.top1')}
                      </Anchor>
                      <Text size="sm" c="dimmed">
                        {t('interval', {
                          low: share(figure.low),
                          high: share(figure.high),
                          count: figure.count,
                          number: figure.version,
                        })}
                      </Text>
                    </>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
            {found.differences.map((row) => (
              <Table.Tr key={row.option}>
                <Table.Th scope="row">{optionName(row.option, t)}</Table.Th>
                {row.values.map((value, at) => (
                  <Table.Td key={found.runs[at]?.id}>{written(row.option, value)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {found.differences.length === 0 && <Text c="dimmed">{t('alike')}</Text>}
    </section>
  )
}

/** Options go by the engine's own names, which configs and commands use too; the rest of a run has words. */
function optionName(option: string, t: (key: 'own.version' | 'own.weights') => string) {
  return option === 'version' || option === 'weights' ? t(`own.${option}`) : <code>{option}</code>
}
