import { Alert, Card, Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Apart, ClassApart, Pair } from '@/api/comparison'
import { useFormat } from '@/i18n/format'
import { ChangedPictures } from './ChangedPictures'
import styles from './compare.module.css'

interface Props {
  pid: number
  pair: Pair
  first: string
  second: string
}

/** Two runs on the same pictures: the difference with its interval, class by class, and the pictures that changed. */
export function PairReport({ pid, pair, first, second }: Props) {
  const { t } = useTranslation('compare')
  const points = usePoints()
  const format = useFormat()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const left = pair.only_first + pair.only_second + pair.truth_changed
  return (
    <Stack gap="lg">
      <section aria-labelledby="pair-heading">
        <Title order={2} fz="h4" mb="xs" id="pair-heading" style={{ overflowWrap: 'anywhere' }}>
          {t('pair', { first, second })}
        </Title>
        {pair.common === 0 ? (
          <Alert color="yellow">{t('nothingCommon')}</Alert>
        ) : (
          <Card withBorder>
            <Text fz={32} fw={700} lh={1.2}>
              {points(pair.difference)}
            </Text>
            <Text>
              {t('from', { low: points(pair.low), high: points(pair.high) })} {verdict(pair, t)}
            </Text>
            <Text size="sm" c="dimmed">
              {t('stands', {
                measure: t(`measure.${pair.measure}` as 'measure.top1'),
                first: share(pair.first),
                second: share(pair.second),
                count: pair.common,
              })}{' '}
              {pair.method === 'newcombe' ? t('byNewcombe') : t('byBootstrap', { count: pair.draws })}
            </Text>
            {left > 0 && (
              <Text size="sm">
                {t('leftOut', { first: pair.only_first, second: pair.only_second, changed: pair.truth_changed })}
              </Text>
            )}
            <Text size="sm" c="dimmed">
              {t('pictures', {
                both: pair.pictures.both,
                lost: pair.pictures.lost,
                gained: pair.pictures.gained,
                neither: pair.pictures.neither,
                p: pair.pictures.p < 0.001 ? '< 0.001' : format.number(pair.pictures.p, 3),
              })}
            </Text>
          </Card>
        )}
      </section>
      {pair.classes.length > 0 && <ByClass classes={pair.classes} measure={pair.measure} />}
      {pair.common > 0 && <ChangedPictures pid={pid} pair={pair} />}
    </Stack>
  )
}

/** What the interval allows to say: nothing is better while it holds zero. */
function verdict({ low, high }: Apart, t: (key: 'better' | 'worse' | 'open') => string): string {
  if (low === null || high === null) return ''
  if (low > 0) return t('better')
  return high < 0 ? t('worse') : t('open')
}

/** A difference of two shares in points, with its sign. */
function usePoints(): (value: number | null) => string {
  const { t } = useTranslation('compare')
  const format = useFormat()
  return (value) => {
    if (value === null) return '–'
    const sign = value > 0 ? '+' : value < 0 ? '−' : '±'
    return t('points', { value: `${sign}${format.number(Math.abs(value * 100), 1)}` })
  }
}

function ByClass({ classes, measure }: { classes: ClassApart[]; measure: string }) {
  const { t } = useTranslation('compare')
  const format = useFormat()
  const points = usePoints()
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const most = Math.max(0.01, ...classes.map((row) => Math.abs(row.difference ?? 0)))
  return (
    <section>
      <Title order={2} fz="h4">
        {t('byClass')}
      </Title>
      <Text c="dimmed" mb="xs">
        {t(measure === 'top1' ? 'byClassRecall' : 'byClassPrecision')}
      </Text>
      <Table.ScrollContainer type="native" minWidth={620} tabIndex={0} role="region" aria-label={t('byClass')}>
        <Table striped verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('class')}</Table.Th>
              <Table.Th>{t('count')}</Table.Th>
              <Table.Th>{t('before')}</Table.Th>
              <Table.Th>{t('after')}</Table.Th>
              <Table.Th>{t('difference')}</Table.Th>
              <Table.Th>95 %</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {classes.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Th scope="row">{row.name}</Table.Th>
                <Table.Td>{format.number(row.count)}</Table.Td>
                <Table.Td>{share(row.first)}</Table.Td>
                <Table.Td>{share(row.second)}</Table.Td>
                <Table.Td>
                  <Text size="sm">{points(row.difference)}</Text>
                  <Bar part={(row.difference ?? 0) / most} />
                </Table.Td>
                <Table.Td>
                  {row.low === null || row.high === null ? '–' : `${points(row.low)} … ${points(row.high)}`}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}

function Bar({ part }: { part: number }) {
  const length = Math.abs(part) * 50
  return (
    <div className={styles.apart} aria-hidden>
      <span
        data-sign={part < 0 ? 'less' : 'more'}
        style={{ left: `${part < 0 ? 50 - length : 50}%`, width: `${length}%` }}
      />
    </div>
  )
}
