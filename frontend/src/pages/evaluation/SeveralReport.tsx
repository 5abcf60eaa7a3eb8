import { SimpleGrid, Table, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CLASS_OUTCOMES, type ClassOutcome } from '@/api/rechecks'
import type { SeveralReport as Report, SeveralClass } from '@/api/training'
import { useFormat } from '@/i18n/format'
import { ClassPictures } from './ClassPictures'
import styles from './Confusion.module.css'
import { Counts, Headline } from './Parts'

interface Props {
  pid: number
  eid: number
  report: Report
}

/** How well several classes per picture are found: ranked, then decided at thresholds from the validation pictures. */
export default function SeveralReport({ pid, eid, report }: Props) {
  const { t } = useTranslation('training')
  const { counts } = report
  const scored = (counts.scored ?? 0) > 0
  return (
    <>
      {scored && <Headlines report={report} />}
      <Counts counts={counts} names={{ empty: t('each.empty'), unknown_class: t('each.unknown') }} />
      {scored && <ClassTable pid={pid} eid={eid} report={report} />}
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

/** How many pictures each outcome has for a class. */
const countOf: Record<ClassOutcome, (row: SeveralClass) => number> = {
  true_positive: (row) => row.correct,
  false_positive: (row) => row.predicted - row.correct,
  false_negative: (row) => row.count - row.correct,
}
const WORDS = { true_positive: 'each.right', false_positive: 'each.extra', false_negative: 'each.missing' } as const

function ClassTable({ pid, eid, report: { classes, threshold_from: chosenOn } }: Props) {
  const [chosen, setChosen] = useState<{ label: number; outcome: ClassOutcome } | null>(null)
  const { t } = useTranslation('training')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <section>
      <Title order={2} fz="h4">
        {t('evaluation.perClass')}
      </Title>
      <Text c="dimmed" mb="xs" maw="70ch">
        {t(chosenOn === 'val' ? 'each.fromVal' : 'each.fromEven')} {t('each.choose')}
      </Text>
      <Table.ScrollContainer
        type="native"
        minWidth={900}
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
              {CLASS_OUTCOMES.map((outcome) => (
                <Table.Th key={outcome}>{t(WORDS[outcome])}</Table.Th>
              ))}
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
                {CLASS_OUTCOMES.map((outcome) => (
                  <Table.Td key={outcome} p={4}>
                    <OutcomeButton
                      row={row}
                      outcome={outcome}
                      pressed={chosen?.label === row.index && chosen.outcome === outcome}
                      onChoose={() => setChosen({ label: row.index, outcome })}
                    />
                  </Table.Td>
                ))}
                <Table.Td>{format.number(row.threshold, 2)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {chosen && <ClassPictures pid={pid} eid={eid} names={classes.map((row) => row.name)} {...chosen} />}
    </section>
  )
}

interface OutcomeProps {
  row: SeveralClass
  outcome: ClassOutcome
  pressed: boolean
  onChoose: () => void
}

function OutcomeButton({ row, outcome, pressed, onChoose }: OutcomeProps) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const count = countOf[outcome](row)
  if (count === 0) return <span className={styles.none}>{format.number(0)}</span>
  return (
    <button
      type="button"
      className={styles.cell}
      data-right={outcome === 'true_positive'}
      data-chosen={pressed}
      aria-pressed={pressed}
      aria-label={t('each.open', { class: row.name, outcome: t(WORDS[outcome]), count })}
      style={{ '--dark': '12%' } as never}
      onClick={onChoose}
    >
      {format.number(count)}
    </button>
  )
}
