import { Button, Card, Group, Input, NativeSelect, Slider, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { lazy, Suspense, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoxReport } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'
import { BoxErrors } from './BoxErrors'
import { BoxPictures } from './BoxPictures'
import { Legend } from './Outlines'
import { type Operating, operatingAt, suggestedStep } from './operating'
import styles from './Threshold.module.css'

const ThresholdCurves = lazy(() => import('./ThresholdCurves'))
/** The numbers move with the slider; pictures are asked for when it rests. */
const RESTING_MS = 250

interface Props {
  pid: number
  eid: number
  report: BoxReport
}

/** The slider, what it does to the figures, and the pictures that change with it. */
export function Threshold({ pid, eid, report }: Props) {
  const { t } = useTranslation('scores')
  const [step, setStep] = useState(() => suggestedStep(report))
  const [label, setLabel] = useState<number | null>(null)
  const [resting] = useDebouncedValue(step, RESTING_MS)
  const counts = operatingAt(report, label, step)
  const chosen = { pid, eid, threshold: resting / 100, label, names: report.classes.map((row) => row.name) }
  return (
    <section aria-labelledby="threshold-heading">
      <Title order={2} fz="h4" id="threshold-heading">
        {t('threshold.title')}
      </Title>
      <Text c="dimmed" mb="sm" maw="70ch">
        {t('threshold.help')}
      </Text>
      <Stack>
        <NativeSelect
          label={t('threshold.classes')}
          maw={320}
          value={label === null ? '' : String(label)}
          onChange={(event) => setLabel(event.currentTarget.value === '' ? null : Number(event.currentTarget.value))}
          data={[
            { value: '', label: t('threshold.all') },
            ...report.classes.map((row) => ({ value: String(row.index), label: row.name })),
          ]}
        />
        <Suspense fallback={<div style={{ minHeight: 340 }} />}>
          <ThresholdCurves report={report} label={label} step={step} />
        </Suspense>
        <Control report={report} step={step} onChange={setStep} counts={counts} />
        <Legend />
        <BoxPictures {...chosen} />
        <BoxErrors {...chosen} counts={operatingAt(report, label, resting)} />
      </Stack>
    </section>
  )
}

interface ControlProps {
  report: BoxReport
  step: number
  onChange: (step: number) => void
  counts: Operating
}

function Control({ report, step, onChange, counts }: ControlProps) {
  const { t, i18n } = useTranslation('scores')
  const id = useId()
  const suggested = suggestedStep(report)
  const write = (value: number) =>
    new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2 }).format(value / 100)
  return (
    <Card withBorder className={styles.control} padding="sm">
      <Group justify="space-between" gap="xs" align="baseline">
        <Input.Label id={id} component="span">
          {t('threshold.label')}: <strong>{write(step)}</strong>
        </Input.Label>
        {step !== suggested && (
          <Button size="compact-sm" variant="default" onClick={() => onChange(suggested)}>
            {t('threshold.suggested', { value: write(suggested) })}
          </Button>
        )}
      </Group>
      <Slider
        my="xs"
        min={0}
        max={1}
        step={0.01}
        label={null}
        value={step / 100}
        onChange={(value) => onChange(Math.round(value * 100))}
        marks={[{ value: suggested / 100 }]}
        thumbProps={{ 'aria-labelledby': id }}
      />
      <Numbers counts={counts} />
      <Text size="sm" c="dimmed" mt={6}>
        {t(report.threshold_from === 'val' ? 'threshold.suggestedVal' : 'threshold.suggestedHoldout', {
          value: write(suggested),
        })}{' '}
        {t('threshold.honest')}
      </Text>
    </Card>
  )
}

function Numbers({ counts: { precision, recall, f1, hit, wrong, missed } }: { counts: Operating }) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const rows: [string, string][] = [
    [t('precision'), share(precision)],
    [t('recall'), share(recall)],
    [t('f1'), share(f1)],
    [t('hits'), format.number(hit)],
    [t('wrong'), format.number(wrong)],
    [t('missedCount'), format.number(missed)],
  ]
  return (
    <dl className={styles.numbers}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
