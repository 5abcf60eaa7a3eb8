import { Group, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type ClassOutcome, type ClassPicture, classPictures } from '@/api/rechecks'
import { useFormat } from '@/i18n/format'
import { AskAgain } from './AskAgain'
import { ScoredWall } from './ScoredWall'

interface Props {
  pid: number
  eid: number
  /** Names of the evaluation's classes, by index. */
  names: string[]
  label: number
  outcome: ClassOutcome
}

/** The pictures on which one of several classes was found, wrongly said or overlooked. */
export function ClassPictures({ pid, eid, names, label, outcome }: Props) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const pages = useInfiniteQuery({
    queryKey: ['project', pid, 'evaluation', eid, 'class', label, outcome],
    queryFn: ({ pageParam }) =>
      classPictures(pid, eid, { class: label, outcome, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  function caption({ truth, predicted, share }: ClassPicture): string {
    const others = (outcome === 'false_positive' ? truth : predicted).filter((one) => one !== label)
    const sure = t('evaluation.probability', { share: format.percent(share) })
    if (outcome === 'true_positive') return sure
    const list = others.map((one) => names[one] ?? '').join(', ') || t('each.noOther')
    return `${sure}; ${t(outcome === 'false_positive' ? 'each.peopleSay' : 'each.modelSays', { list })}`
  }
  const any = (pages.data?.pages[0]?.items.length ?? 0) > 0
  return (
    <section aria-labelledby="class-heading">
      <Group justify="space-between" mt="md" mb="xs">
        <Title order={3} fz="md" id="class-heading" aria-live="polite">
          {t(`each.wall.${outcome}`, { class: names[label] ?? '' })}
        </Title>
        {outcome !== 'true_positive' && any && <AskAgain pid={pid} eid={eid} wish={{ label, outcome }} />}
      </Group>
      <ScoredWall pid={pid} pages={pages} caption={caption} empty={t('each.noPictures')} />
    </section>
  )
}
