import { Card, SimpleGrid, Title } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoxReport } from '@/api/boxScores'
import { Curves } from '@/components/Curves'
import { cocoCurve, onOneAxis, operatingAt, operatingCurve } from './operating'

const BLUE = '#0072B2'
const ORANGE = '#D55E00'
const GREEN = '#009E73'
const GREY = '#767676'

interface Props {
  report: BoxReport
  label: number | null
  step: number
}

/** Precision over recall, and both over the threshold, with a mark where the slider stands. */
export default function ThresholdCurves({ report, label, step }: Props) {
  const { t } = useTranslation('scores')
  const here = operatingAt(report, label, step)
  const still = useMemo(() => [operatingCurve(report, label), cocoCurve(report, label)], [report, label])
  const { recall, precision } = here
  const recalls = useMemo(() => {
    const mark = recall === null || precision === null ? { x: [], y: [] } : { x: [recall], y: [precision] }
    const { x, values } = onOneAxis([...still, mark])
    const [operating = [], coco = [], at = []] = values
    const curves = [
      { label: t('curve.operating'), values: operating, colour: BLUE },
      { label: t('curve.coco'), values: coco, colour: GREY, dash: [6, 4] },
      { label: t('curve.here'), values: at, colour: ORANGE, marks: true },
    ]
    return { x, curves }
  }, [still, recall, precision, t])
  const byThreshold = useMemo(() => {
    const steps = Array.from({ length: 101 }, (_, at) => operatingAt(report, label, at))
    return [
      { label: t('precision'), values: steps.map((one) => one.precision), colour: BLUE },
      { label: t('recall'), values: steps.map((one) => one.recall), colour: ORANGE, dash: [6, 4] },
      { label: t('f1'), values: steps.map((one) => one.f1), colour: GREEN, dash: [2, 3] },
    ]
  }, [report, label, t])
  const scores = useMemo(() => Array.from({ length: 101 }, (_, at) => at / 100), [])
  const withMark = useMemo(
    () => [
      ...byThreshold,
      {
        label: t('curve.here'),
        values: scores.map((_, at) => (at === step ? (byThreshold[2]?.values[at] ?? null) : null)),
        colour: GREEN,
        marks: true,
      },
    ],
    [byThreshold, scores, step, t],
  )
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Card withBorder padding="sm">
        <Title order={3} fz="md" mb="xs">
          {t('curve.pr')}
        </Title>
        <Curves description={t('curve.prHelp')} xLabel={t('recall')} x={recalls.x} curves={recalls.curves} percent />
      </Card>
      <Card withBorder padding="sm">
        <Title order={3} fz="md" mb="xs">
          {t('curve.byThreshold')}
        </Title>
        <Curves description={t('curve.byThreshold')} xLabel={t('curve.score')} x={scores} curves={withMark} percent />
      </Card>
    </SimpleGrid>
  )
}
