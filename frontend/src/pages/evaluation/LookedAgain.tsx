import { Alert, Card, Group, List, Progress, SimpleGrid, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Recheck, rechecksQuery } from '@/api/rechecks'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'

interface Props {
  pid: number
  eid: number
  /** Names of the evaluation's classes, by index. */
  names: string[]
}

/** What of this holdout was looked at again because a model disagreed, on whose say, and what became of the figure. */
export function LookedAgain({ pid, eid, names }: Props) {
  const { t } = useTranslation('again')
  const format = useFormat()
  const found = useQuery(rechecksQuery(pid, eid)).data
  if (!found || (found.items.length === 0 && found.before.pictures === 0)) return null
  return (
    <section aria-labelledby="again-heading">
      <Title order={2} fz="h4" mb="xs" id="again-heading">
        {t('title')}
      </Title>
      {found.before.pictures > 0 && (
        <Alert color="blue" mb="sm">
          {t('before', {
            pictures: format.number(found.before.pictures),
            evaluations: format.number(found.before.evaluations),
          })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {found.items.map((row) => (
          <One key={row.id} row={row} names={names} />
        ))}
      </SimpleGrid>
    </section>
  )
}

function One({ row, names }: { row: Recheck; names: string[] }) {
  const { t } = useTranslation('again')
  const format = useFormat()
  const answered = row.asked - row.waiting - row.review
  return (
    <Card withBorder padding="sm" component="article" aria-label={about(row, names, t)}>
      <Text fw={600}>{about(row, names, t)}</Text>
      <Text size="sm" c="dimmed" mb="xs">
        {t('by', { each: format.number(row.asked / 2), person: row.by })} <When at={row.created_at} exact />
      </Text>
      {row.finished_at === null ? (
        <>
          <Progress
            value={row.asked === 0 ? 0 : (100 * answered) / row.asked}
            aria-label={t('progress')}
            mb={6}
            size="lg"
          />
          <Text size="sm">
            {t('answered', { answered: format.number(answered), asked: format.number(row.asked) })}
            {row.review > 0 && ` ${t('review', { count: row.review })}`}
          </Text>
        </>
      ) : (
        <Outcome row={row} />
      )}
    </Card>
  )
}

function Outcome({ row: { result } }: { row: Recheck }) {
  const { t } = useTranslation('again')
  const format = useFormat()
  if (!result) return <Text size="sm">{t('gone')}</Text>
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  const { chosen, random, others, own } = result
  const left = chosen.left + random.left
  return (
    <>
      <Group gap="xl" align="start" mb="xs" wrap="wrap">
        {(['before', 'after'] as const).map((when) => (
          <div key={when}>
            <Text size="sm" c="dimmed">
              {t(`when.${when}`, { figure: t(`figure.${result.figure}`) })}
            </Text>
            <Text fz={26} fw={700} lh={1.2} style={{ fontVariantNumeric: 'tabular-nums' }}>
              {share(result[when].value)}
            </Text>
            <Text size="sm">
              {t('interval', {
                low: share(result[when].low),
                high: share(result[when].high),
                pictures: format.number(result[when].count),
              })}
            </Text>
          </div>
        ))}
      </Group>
      <List size="sm" spacing={2}>
        <List.Item>
          {t('chosen', { changed: format.number(chosen.changed), pictures: format.number(chosen.pictures) })}
        </List.Item>
        <List.Item>
          {t('random', {
            changed: format.number(random.changed),
            pictures: format.number(random.pictures),
            low: format.percent(random.low),
            high: format.percent(random.high),
          })}
        </List.Item>
        {others.changed + others.left > 0 && (
          <List.Item>{t('others', { changed: format.number(others.changed + others.left) })}</List.Item>
        )}
        {left > 0 && <List.Item>{t('left', { left: format.number(left) })}</List.Item>}
        {own > 0 && <List.Item>{t('own', { own: format.number(own) })}</List.Item>}
      </List>
    </>
  )
}

/** What was disagreed about, in words. */
function about({ what }: Recheck, names: string[], t: ReturnType<typeof useTranslation<'again'>>['t']): string {
  const { truth, predicted, label, outcome, threshold } = what as Record<string, number | string | undefined>
  const name = (index: number | string | undefined) => names[Number(index)] ?? ''
  if (truth !== undefined) return t('about.cell', { truth: name(truth), predicted: name(predicted) })
  const of = { class: label === undefined ? t('about.every') : name(label) }
  if (outcome === 'false_positive' || outcome === 'false_negative') return t(`about.${outcome}`, of)
  const kind = outcome as 'missed' | 'false' | 'wrong_class' | 'loose'
  const said = t(`about.${kind}`, of)
  return threshold === undefined ? said : t('about.at', { said, threshold: String(threshold) })
}
