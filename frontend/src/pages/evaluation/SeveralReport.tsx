import { SimpleGrid, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { SeveralReport as Report, SeveralClass } from '@/api/training'
import { useFormat } from '@/i18n/format'
import { Counts, Headline } from './Parts'

/** How well several classes per picture are found: ranked, then decided at thresholds from the validation pictures. */
export default function SeveralReport({ report }: { report: Report }) {
  const { t } = useTranslation('training')
  const { counts } = report
  const scored = (counts.scored ?? 0) > 0
  return (
    <>
      {scored && <Headlines report={report} />}
      <Counts counts={counts} names={{ empty: t('each.empty'), unknown_class: t('each.unknown') }} />
      {scored && <ClassTable classes={report.classes} chosenOn={report.threshold_from} />}
    </>
  )
}

function Headlines({ report: { map, exact, micro } }: { report: Report }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }}>
      <Headline
        name={t('each.map')}
        value={share(map.value)}
        interval={
          map.low === null || map.high === null
            ? t('each.noInterval')
            : t('evaluation.interval', { low: share(map.low), high: share(map.high) })
        }
        basis={t('evaluation.ofCount', { count: map.count })}
      />
      <Headline
        name={t('each.micro')}
        value={t('each.f1', { value: share(micro.f1) })}
        interval={t('each.microBasis', { precision: share(micro.precision), recall: share(micro.recall) })}
        basis={t('evaluation.ofCount', { count: map.count })}
      />
      <Headline
        name={t('each.exact')}
        value={share(exact.value)}
        interval={t('evaluation.interval', { low: share(exact.low), high: share(exact.high) })}
        basis={t('evaluation.of', { correct: exact.correct ?? 0, count: exact.count })}
      />
    </SimpleGrid>
  )
}

function ClassTable({ classes, chosenOn }: { classes: SeveralClass[]; chosenOn: string }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <section>
      <Title order={2} fz="h4">
        {t('evaluation.perClass')}
      </Title>
      <Text c="dimmed" mb="xs" maw="70ch">
        {t(chosenOn === 'val' ? 'each.fromVal' : 'each.fromEven')}
      </Text>
      <Table.ScrollContainer
        type="native"
        minWidth={720}
        tabIndex={0}
        role="region"
        aria-label={t('evaluation.perClass')}
      >
        <Table striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('evaluation.class')}</Table.Th>
              <Table.Th>{t('evaluation.n')}</Table.Th>
              <Table.Th>{t('each.ap')}</Table.Th>
              <Table.Th>{t('each.recall')}</Table.Th>
              <Table.Th>95 %</Table.Th>
              <Table.Th>{t('evaluation.precision')}</Table.Th>
              <Table.Th>{t('each.f1Column')}</Table.Th>
              <Table.Th>{t('each.said')}</Table.Th>
              <Table.Th>{t('each.threshold')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {classes.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Th scope="row" fw={600}>
                  {row.name}
                </Table.Th>
                <Table.Td>{format.number(row.count)}</Table.Td>
                <Table.Td>{share(row.ap)}</Table.Td>
                <Table.Td>{share(row.recall)}</Table.Td>
                <Table.Td>{row.count === 0 ? '–' : `${share(row.low)} – ${share(row.high)}`}</Table.Td>
                <Table.Td>{share(row.precision)}</Table.Td>
                <Table.Td>{share(row.f1)}</Table.Td>
                <Table.Td>{format.number(row.predicted)}</Table.Td>
                <Table.Td>{format.number(row.threshold, 2)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}
