import { Card, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import { useFormat } from '@/i18n/format'

const COUNTS = ['images', 'scored', 'unresolved', 'empty', 'unlabeled', 'unknown_class', 'excluded'] as const
type Count = (typeof COUNTS)[number]

/** One figure in large type, its interval, and what it stands on. */
export function Headline({ name, value, interval, basis }: Record<'name' | 'value' | 'interval' | 'basis', string>) {
  return (
    <Card withBorder>
      <Text c="dimmed">{name}</Text>
      <Text fz={36} fw={700} lh={1.1}>
        {value}
      </Text>
      <Text size="sm">{interval}</Text>
      <Text size="sm" c="dimmed">
        {basis}
      </Text>
    </Card>
  )
}

interface CountsProps {
  counts: Record<string, number>
  /** Names that this kind of evaluation has for some counts, in place of the usual ones. */
  names?: Partial<Record<Count, string>>
  more?: [name: string, count: number | undefined][]
}

/** How many pictures the holdout holds, and what became of those that were not scored. */
export function Counts({ counts, names = {}, more = [] }: CountsProps) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const rows = COUNTS.map((name): [string, number | undefined] => [
    names[name] ?? t(`evaluation.count.${name}`),
    counts[name],
  ])
  return (
    <section aria-labelledby="counts-heading">
      <Title order={2} fz="h4" mb="xs" id="counts-heading">
        {t('evaluation.counts')}
      </Title>
      <Facts
        items={[...rows, ...more].map(([name, count]) => [name, count === undefined ? null : format.number(count)])}
      />
    </section>
  )
}
