import { Group, SegmentedControl, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type BoxPicture, boxPicturesQuery, ERROR_KINDS } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'
import { Wall } from './Wall'

export interface Chosen {
  pid: number
  eid: number
  threshold: number
  label: number | null
  names: readonly string[]
}

/** The scored pictures as they stand at the threshold: those with errors, or all. */
export function BoxPictures({ pid, eid, threshold, label, names }: Chosen) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  const [show, setShow] = useState<'errors' | 'all'>('errors')
  const pages = useInfiniteQuery(boxPicturesQuery(pid, eid, { threshold, label, show }))
  function caption({ counts }: BoxPicture) {
    const wrong = ERROR_KINDS.filter((kind) => counts[kind] > 0)
    const said = wrong.map((kind) =>
      t('tally', { outcome: t(`outcome.${kind}`), count: format.number(counts[kind]) as never }),
    )
    return said.join(', ') || t('wall.right')
  }
  return (
    <section aria-labelledby="wall-heading">
      <Group justify="space-between" mb="sm">
        <Title order={3} fz="md" id="wall-heading">
          {t('wall.title')}
        </Title>
        <SegmentedControl
          aria-label={t('wall.show')}
          value={show}
          onChange={setShow}
          data={[
            { value: 'errors', label: t('wall.errors') },
            { value: 'all', label: t('wall.all') },
          ]}
        />
      </Group>
      <Wall
        pid={pid}
        label={t('wall.title')}
        pages={pages}
        names={names}
        caption={caption}
        empty={t(show === 'errors' ? 'wall.none' : 'wall.noneAtAll')}
      />
    </section>
  )
}
