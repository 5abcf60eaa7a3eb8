import { Group, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import type { CellPicture, ClassScore } from '@/api/training'
import type { Page } from '@/api/types'
import { useFormat } from '@/i18n/format'
import { AskAgain } from './AskAgain'
import { ScoredWall } from './ScoredWall'

interface Props {
  pid: number
  eid: number
  classes: ClassScore[]
  truth: number
  predicted: number
}

/** The pictures of one cell of the matrix, and a way to ask those of a wrong one again. */
export function CellPictures({ pid, eid, classes, truth, predicted }: Props) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const pages = useInfiniteQuery({
    queryKey: ['project', pid, 'evaluation', eid, 'cell', truth, predicted],
    queryFn: async ({ pageParam }): Promise<Page<CellPicture>> => {
      const query = { truth, predicted, ...(pageParam ? { cursor: pageParam } : {}) }
      const call = api.GET('/api/projects/{pid}/evaluations/{eid}/pictures', {
        params: { path: { pid, eid }, query },
      })
      return await ask(call)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const names = { truth: classes[truth]?.name ?? '', predicted: classes[predicted]?.name ?? '' }
  const any = (pages.data?.pages[0]?.items.length ?? 0) > 0
  return (
    <section aria-labelledby="cell-heading">
      <Group justify="space-between" mt="md" mb="xs">
        <Title order={3} fz="md" id="cell-heading" aria-live="polite">
          {t('evaluation.pictures', names)}
        </Title>
        {truth !== predicted && any && <AskAgain pid={pid} eid={eid} wish={{ truth, predicted }} />}
      </Group>
      <ScoredWall
        pid={pid}
        pages={pages}
        caption={(picture) => t('evaluation.probability', { share: format.percent(picture.probability) })}
        empty={t('evaluation.noPictures')}
      />
    </section>
  )
}
