import { Alert, Anchor, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { type ClassScore, evaluationQuery, type Figure, type Report } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { CellPictures } from './CellPictures'
import { Confusion } from './Confusion'
import { LookedAgain } from './LookedAgain'
import { Counts, Headline } from './Parts'

const BoxReport = lazy(() => import('./boxes/BoxReport'))
const SeveralReport = lazy(() => import('./SeveralReport'))
const ENOUGH = 30

/** How good a run's network is, with the interval of every figure and the pictures behind every number. */
export default function EvaluationPage() {
  const { pid, eid } = useParams({ strict: false }) as { pid: number; eid: number }
  const { t } = useTranslation('training')
  const evaluation = useQuery(evaluationQuery(pid, eid))
  if (evaluation.isError) return <ErrorState text={errorText(evaluation.error)} onRetry={() => evaluation.refetch()} />
  if (!evaluation.data) return null
  const { content: report, state, run, version, error } = evaluation.data
  const name = evaluation.data.run_name || t('run.unnamed', { id: run })
  return (
    <>
      <PageTitle title={t('evaluation.title', { run: name })} lead={t('evaluation.lead', { number: version.number })}>
        <Anchor component={Link} to={`/p/${pid}/runs/${run}`} underline="always">
          {name}
        </Anchor>
      </PageTitle>
      {state === 'failed' && (
        <Alert color="red" title={t('evaluation.failed')}>
          {error?.message}
        </Alert>
      )}
      {(state === 'queued' || state === 'running') && <Text role="status">{t('evaluation.running')}</Text>}
      {report && (
        <Stack gap="lg">
          <Warnings counts={report.counts} agreementKnown={report.agreement_known} />
          <LookedAgain pid={pid} eid={eid} names={report.classes.map((row) => row.name)} />
          <Suspense>
            {'map50' in report ? (
              <BoxReport pid={pid} eid={eid} report={report} />
            ) : 'exact' in report ? (
              <SeveralReport pid={pid} eid={eid} report={report} />
            ) : (
              <ClassReport pid={pid} eid={eid} report={report} />
            )}
          </Suspense>
        </Stack>
      )}
    </>
  )
}

/** What makes these figures weak. */
function Warnings({ counts, agreementKnown }: { counts: Record<string, number>; agreementKnown: boolean }) {
  const { t } = useTranslation('training')
  const scored = counts.scored ?? 0
  if (scored === 0) return <Alert color="yellow">{t('evaluation.none')}</Alert>
  return (
    <>
      {scored < ENOUGH && <Alert color="yellow">{t('evaluation.few')}</Alert>}
      {!agreementKnown && <Alert color="blue">{t('evaluation.agreementUnknown')}</Alert>}
    </>
  )
}

function ClassReport({ pid, eid, report }: { pid: number; eid: number; report: Report }) {
  const { t } = useTranslation('training')
  const [cell, setCell] = useState<[number, number] | null>(null)
  const scored = report.counts.scored ?? 0
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Share name={t('evaluation.top1')} figure={report.top1} percent />
        <Share name={t('evaluation.top5')} figure={report.top5} percent />
        <Share name={t('evaluation.loss')} figure={report.loss} />
      </SimpleGrid>
      <Counts counts={report.counts} />
      {report.confusion.length > 0 && scored > 0 && (
        <section aria-labelledby="confusion-heading">
          <Title order={2} fz="h4" id="confusion-heading">
            {t('evaluation.confusion')}
          </Title>
          <Text c="dimmed" mb="sm">
            {t('evaluation.confusionHelp')}
          </Text>
          <Confusion
            names={report.classes.map((row) => row.name)}
            counts={report.confusion}
            chosen={cell}
            onChoose={(truth, predicted) => setCell([truth, predicted])}
          />
          {cell && <CellPictures pid={pid} eid={eid} classes={report.classes} truth={cell[0]} predicted={cell[1]} />}
        </section>
      )}
      {scored > 0 && <ClassTable classes={report.classes} />}
    </>
  )
}

function Share({ name, figure, percent = false }: { name: string; figure: Figure | null; percent?: boolean }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  if (!figure || figure.count === 0) return null
  const write = (value: number) => (percent ? format.percent(value, 1) : format.number(value, 3))
  return (
    <Headline
      name={name}
      value={write(figure.value)}
      interval={t('evaluation.interval', { low: write(figure.low), high: write(figure.high) })}
      basis={
        figure.correct === undefined
          ? t('evaluation.ofCount', { count: figure.count })
          : t('evaluation.of', { correct: figure.correct, count: figure.count })
      }
    />
  )
}

function ClassTable({ classes }: { classes: ClassScore[] }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <section aria-labelledby="classes-heading">
      <Title order={2} fz="h4" mb="xs" id="classes-heading">
        {t('evaluation.perClass')}
      </Title>
      <Table.ScrollContainer
        type="native"
        minWidth={560}
        tabIndex={0}
        role="region"
        aria-label={t('evaluation.perClass')}
      >
        <Table striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('evaluation.class')}</Table.Th>
              <Table.Th>{t('evaluation.n')}</Table.Th>
              <Table.Th>{t('evaluation.recall')}</Table.Th>
              <Table.Th>95 %</Table.Th>
              <Table.Th>{t('evaluation.precision')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {classes.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>{row.name}</Table.Td>
                <Table.Td>{format.number(row.count)}</Table.Td>
                <Table.Td>{share(row.recall)}</Table.Td>
                <Table.Td>{row.low === null ? '–' : `${share(row.low)} – ${share(row.high)}`}</Table.Td>
                <Table.Td>{share(row.precision)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}
