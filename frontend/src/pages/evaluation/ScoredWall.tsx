import { Anchor, Button, SimpleGrid, Text } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import type { Page } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Picture } from '@/components/Picture'

interface Scored {
  image: number | null
  thumb: string | null
  name: string
}

interface Props<Row extends Scored> {
  pid: number
  pages: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  caption: (row: Row) => string
  empty: string
}

/** Scored pictures, a page at a time, each with what the model said of it and leading to its own page. */
export function ScoredWall<Row extends Scored>({ pid, pages, caption, empty }: Props<Row>) {
  const { t } = useTranslation('training')
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      {pages.isError && <ErrorState text={errorText(pages.error)} onRetry={() => pages.refetch()} />}
      {pages.isSuccess && items.length === 0 && <Text c="dimmed">{empty}</Text>}
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
              <Text size="xs">{caption(picture)}</Text>
            </Anchor>
          ) : null,
        )}
      </SimpleGrid>
      {pages.hasNextPage && (
        <Button variant="default" mt="sm" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
          {t('evaluation.moreScored')}
        </Button>
      )}
    </>
  )
}
