import { Group, Tabs, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type BoxError, boxErrorsQuery, ERROR_KINDS, type ErrorKind } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'
import { AskAgain } from '../AskAgain'
import type { Chosen } from './BoxPictures'
import type { Operating } from './operating'
import { Wall } from './Wall'

/** Every error by itself, kind by kind, the worst first. */
export function BoxErrors({ pid, eid, threshold, label, names, counts }: Chosen & { counts: Operating }) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  const [kind, setKind] = useState<ErrorKind>('missed')
  const pages = useInfiniteQuery(boxErrorsQuery(pid, eid, { threshold, label, kind }))
  function caption(row: BoxError) {
    const own = row.boxes.at(-1)
    if (!own) return ''
    const words = {
      class: names[own.label] ?? '',
      other: own.other === null ? '' : (names[own.other] ?? ''),
      score: format.percent(own.score ?? 0),
      overlap: format.percent(row.overlap ?? 0),
    }
    return t(row.kind === 'missed' ? 'said.missed' : `said.${row.kind}`, words)
  }
  return (
    <section aria-labelledby="errors-heading">
      <Title order={3} fz="md" id="errors-heading">
        {t('errors.title')}
      </Title>
      <Text c="dimmed" mb="sm" maw="70ch">
        {t('errors.help')}
      </Text>
      <Tabs value={kind} onChange={(next) => setKind(next as ErrorKind)}>
        <Tabs.List mb="sm" aria-label={t('errors.kinds')}>
          {ERROR_KINDS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t('tally', { outcome: t(`outcome.${name}`), count: format.number(counts[name]) as never })}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={kind}>
          <Group justify="space-between" mb="sm">
            <Text size="sm">{t(`kindHelp.${kind}`)}</Text>
            {counts[kind] > 0 && (
              <AskAgain pid={pid} eid={eid} wish={{ outcome: kind, threshold, ...(label === null ? {} : { label }) }} />
            )}
          </Group>
          <Wall
            pid={pid}
            label={t(`outcome.${kind}`)}
            pages={pages}
            names={names}
            caption={caption}
            empty={t('errors.none')}
          />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}
