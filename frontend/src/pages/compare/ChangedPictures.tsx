import { Anchor, Button, SegmentedControl, SimpleGrid, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import type { Change, ChangedPicture, Pair } from '@/api/comparison'
import { errorText } from '@/api/errors'
import type { Page } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Picture } from '@/components/Picture'

/** The pictures that one of two runs has right and the other wrong, the surest mistakes first. */
export function ChangedPictures({ pid, pair }: { pid: number; pair: Pair }) {
  const { t } = useTranslation(['compare', 'training'])
  const [change, setChange] = useState<Change>('lost')
  const runs = `${pair.first_run},${pair.second_run}`
  const found = useInfiniteQuery({
    queryKey: ['project', pid, 'compare', runs, ...pair.versions, change],
    queryFn: async ({ pageParam }): Promise<Page<ChangedPicture>> => {
      const query = { runs, change, ...(pageParam ? { cursor: pageParam } : {}) }
      return await ask(api.GET('/api/projects/{pid}/runs/compare/pictures', { params: { path: { pid }, query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  const names = new Map(pair.classes.map((row) => [row.id, row.name]))
  const said = (ids: number[]) =>
    ids.length === 0 ? t('nothing') : ids.map((id) => names.get(id) ?? t('otherClass', { id })).join(', ')
  return (
    <section aria-labelledby="changed-heading">
      <Title order={2} fz="h4" mb="xs" id="changed-heading">
        {t('changed')}
      </Title>
      <SegmentedControl
        value={change}
        onChange={(value) => setChange(value as Change)}
        mb="sm"
        aria-label={t('changed')}
        data={[
          { value: 'lost', label: t('lost', { count: pair.pictures.lost }) },
          { value: 'gained', label: t('gained', { count: pair.pictures.gained }) },
        ]}
      />
      {pair.measure === 'map50' && (
        <Text size="sm" c="dimmed" mb="sm">
          {t('rightOfBoxes')}
        </Text>
      )}
      {found.isError && <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />}
      {found.isSuccess && items.length === 0 && <Text c="dimmed">{t('noneChanged')}</Text>}
      <SimpleGrid cols={{ base: 2, xs: 3, sm: 4, md: 6 }} spacing="xs">
        {items.map((picture) =>
          picture.image && picture.thumb ? (
            <Anchor
              key={picture.image}
              component={Link}
              to={`/p/${pid}/item/${picture.image}`}
              c="var(--mantine-color-text)"
            >
              <Picture src={picture.thumb} alt={picture.name} style={{ width: '100%', aspectRatio: '1' }} />
              {pair.measure !== 'map50' && (
                <>
                  <Text size="xs">{t('isThere', { what: said(picture.truth) })}</Text>
                  <Text size="xs">{t('wasSaid', { first: said(picture.first), second: said(picture.second) })}</Text>
                </>
              )}
            </Anchor>
          ) : null,
        )}
      </SimpleGrid>
      {found.hasNextPage && (
        <Button variant="default" mt="sm" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t('training:evaluation.moreScored')}
        </Button>
      )}
    </section>
  )
}
