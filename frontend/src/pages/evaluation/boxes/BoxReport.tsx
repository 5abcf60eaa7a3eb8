import { SimpleGrid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { MeanPrecision, BoxReport as Report } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'
import { Counts, Headline } from '../Parts'
import { ClassScores } from './ClassScores'
import { CocoFigures } from './CocoFigures'
import { Threshold } from './Threshold'

interface Props {
  pid: number
  eid: number
  report: Report
}

/** How good a detector is: its figures in words, class by class, and every box at the threshold one chooses. */
export default function BoxReport({ pid, eid, report }: Props) {
  const { t } = useTranslation('scores')
  const { counts } = report
  const scored = (counts.scored ?? 0) > 0
  return (
    <>
      {scored && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Mean name={t('map50')} figure={report.map50} boxes={counts.boxes ?? 0} />
          <Mean name={t('map')} figure={report.map} boxes={counts.boxes ?? 0} />
        </SimpleGrid>
      )}
      <Counts
        counts={counts}
        names={{ empty: t('emptyScored'), unknown_class: t('unknownBoxes') }}
        more={[
          [t('boxes'), counts.boxes],
          [t('aside'), counts.aside],
        ]}
      />
      {scored && <CocoFigures figures={report.figures} />}
      {scored && <ClassScores classes={report.classes} />}
      {scored && report.thresholds && <Threshold pid={pid} eid={eid} report={report} />}
    </>
  )
}

function Mean({ name, figure, boxes }: { name: string; figure: MeanPrecision; boxes: number }) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  const { value, low, high, count } = figure
  const write = (share: number) => format.percent(share, 1)
  return (
    <Headline
      name={name}
      value={value === null ? '–' : write(value)}
      interval={low === null || high === null ? t('noInterval') : t('interval', { low: write(low), high: write(high) })}
      basis={t('basis', { pictures: format.number(count), boxes: format.number(boxes) })}
    />
  )
}
