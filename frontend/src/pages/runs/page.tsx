import { Anchor, Badge, Button, Checkbox, Group, Progress, Stack, Table, Text, Title } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LEAST, MOST } from '@/api/comparison'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { isLive, type Run, runsQuery } from '@/api/training'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'
import { StartRun } from './StartRun'

/** Every training of the project, and the form that starts the next one. */
export default function RunsPage() {
  const { pid } = useParams({ from: '/inside/shell/p/$pid' })
  const { t } = useTranslation('training')
  const project = useQuery(projectQuery(pid))
  const runs = useQuery(runsQuery(pid))
  const mayWork = project.data?.actions.includes('work') ?? false
  return (
    <>
      <PageTitle title={t('runs.title')} lead={t('runs.lead')}>
        {mayWork && (
          <Button component={Link} to={`/p/${pid}/try`} variant="default">
            {t('runs.try')}
          </Button>
        )}
      </PageTitle>
      <Stack gap="xl">
        {mayWork && <StartRun pid={pid} />}
        {runs.isError && <ErrorState text={errorText(runs.error)} onRetry={() => runs.refetch()} />}
        {runs.data?.items.length === 0 && (
          <EmptyState icon={<IconChartLine size={32} />} title={t('runs.empty')}>
            {t('runs.emptyHelp')}
          </EmptyState>
        )}
        {runs.data && runs.data.items.length > 0 && (
          <RunTable pid={pid} runs={runs.data.items} kind={project.data?.kind ?? ''} />
        )}
      </Stack>
    </>
  )
}

const VALUES: Partial<Record<string, (run: Run) => number | null>> = {
  box: (run) => run.val_map50,
  choices: (run) => run.val_map,
}
const HEADINGS = { box: 'run.valMap50', choices: 'run.valEach' } as const

function RunTable({ pid, runs, kind }: { pid: number; runs: Run[]; kind: string }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const [ticked, setTicked] = useState<number[]>([])
  const tick = (id: number, on: boolean) => setTicked((now) => (on ? [...now, id] : now.filter((one) => one !== id)))
  return (
    <section aria-labelledby="runs-heading">
      <Title order={2} fz="h4" mb="xs" id="runs-heading">
        {t('runs.list')}
      </Title>
      {runs.length >= LEAST && (
        <Group gap="sm" mb="xs">
          <Button
            size="xs"
            variant="default"
            disabled={ticked.length < LEAST}
            renderRoot={(props) =>
              ticked.length < LEAST ? (
                <button type="button" {...props} />
              ) : (
                <Link {...props} to="/p/$pid/runs/compare" params={{ pid }} search={{ runs: ticked.join(',') }} />
              )
            }
          >
            {t('runs.compare', { count: ticked.length })}
          </Button>
          <Text size="sm" c="dimmed">
            {t('runs.compareHelp')}
          </Text>
        </Group>
      )}
      <Table.ScrollContainer type="native" minWidth={640} tabIndex={0} role="region" aria-label={t('runs.list')}>
        <Table verticalSpacing="sm" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('runs.ticks')}</Table.Th>
              <Table.Th>{t('run.name')}</Table.Th>
              <Table.Th>{t('run.state')}</Table.Th>
              <Table.Th>{t('run.version')}</Table.Th>
              <Table.Th>{t('run.epochs')}</Table.Th>
              <Table.Th>{t(kind in HEADINGS ? HEADINGS[kind as keyof typeof HEADINGS] : 'run.valAccuracy')}</Table.Th>
              <Table.Th>{t('run.started')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Td>
                  <Checkbox
                    size="sm"
                    aria-label={t('runs.tick', { name: run.name || t('run.unnamed', { id: run.id }) })}
                    checked={ticked.includes(run.id)}
                    disabled={!ticked.includes(run.id) && ticked.length >= MOST}
                    onChange={(event) => tick(run.id, event.currentTarget.checked)}
                  />
                </Table.Td>
                <Table.Td>
                  <Anchor component={Link} to={`/p/${pid}/runs/${run.id}`} underline="always">
                    {run.name || t('run.unnamed', { id: run.id })}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <RunBadge run={run} />
                </Table.Td>
                <Table.Td>{run.version.number}</Table.Td>
                <Table.Td>
                  {isLive(run.state) && run.epochs > 0 && (
                    <Progress
                      value={(100 * run.epoch) / run.epochs}
                      mb={4}
                      aria-label={t('run.progressOf', { name: run.name || run.id })}
                    />
                  )}
                  <Text size="sm">{run.epochs ? `${run.epoch} / ${run.epochs}` : '–'}</Text>
                </Table.Td>
                <Table.Td>{share((VALUES[kind] ?? ((one) => one.val_accuracy))(run))}</Table.Td>
                <Table.Td>
                  <When at={run.started_at ?? run.created_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}

const COLOURS = {
  queued: 'gray',
  running: 'indigo',
  stopping: 'orange',
  stopped: 'gray',
  finished: 'green',
  failed: 'red',
} as const

/** The state of a run in a word. */
export function RunBadge({ run }: { run: Run }) {
  const { t } = useTranslation('training')
  return (
    <Badge variant="outline" color={COLOURS[run.state]} c="var(--mantine-color-text)" tt="none">
      {t(`state.${run.state}`)}
    </Badge>
  )
}
