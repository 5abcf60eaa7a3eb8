import { Anchor, Button, SimpleGrid, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { CellPicture, ClassScore } from '@/api/training'
import type { Page } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'

interface Props {
  pid: number
  eid: number
  classes: ClassScore[]
  truth: number
  predicted: number
}

/** The pictures of one cell of the matrix, each leading to its page. */
export function CellPictures({ pid, eid, classes, truth, predicted }: Props) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const pictures = useInfiniteQuery({
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
  const items = pictures.data?.pages.flatMap((page) => page.items) ?? []
  const names = { truth: classes[truth]?.name ?? '', predicted: classes[predicted]?.name ?? '' }
  return (
    <section aria-labelledby="cell-heading">
      <Title order={3} fz="md" mt="md" mb="xs" id="cell-heading" aria-live="polite">
        {t('evaluation.pictures', names)}
      </Title>
      {pictures.isError && <ErrorState text={errorText(pictures.error)} onRetry={() => pictures.refetch()} />}
      {pictures.isSuccess && items.length === 0 && <Text c="dimmed">{t('evaluation.noPictures')}</Text>}
      <SimpleGrid cols={{ base: 3, xs: 4, sm: 6, md: 8 }} spacing="xs">
        {items.map((picture) =>
          picture.image && picture.thumb ? (
            <Anchor
              key={picture.image}
              component={Link}
              to={`/p/${pid}/item/${picture.image}`}
              c="var(--mantine-color-text)"
            >
              <Picture src={picture.thumb} alt={picture.name} style={{ width: '100%', aspectRatio: '1' }} />
              <Text size="xs">{t('evaluation.probability', { share: format.percent(picture.probability) })}</Text>
            </Anchor>
          ) : null,
        )}
      </SimpleGrid>
      {pictures.hasNextPage && (
        <Button
          variant="default"
          mt="sm"
          loading={pictures.isFetchingNextPage}
          onClick={() => pictures.fetchNextPage()}
        >
          {t('evaluation.moreScored')}
        </Button>
      )}
    </section>
  )
}
