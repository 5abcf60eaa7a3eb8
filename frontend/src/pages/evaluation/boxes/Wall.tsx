import { Button, Text } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Outlined } from '@/api/boxScores'
import { errorText } from '@/api/errors'
import type { Page } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Outlines } from './Outlines'
import styles from './Outlines.module.css'

interface Shown {
  image: number | null
  thumb: string | null
  name: string
  width: number
  height: number
  boxes: Outlined[]
}

interface Props<Row extends Shown> {
  pid: number
  label: string
  pages: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  names: readonly string[]
  /** Said under the picture, and with its name to who cannot see it. */
  caption: (row: Row) => string
  empty: string
}

/** Pictures with outlined boxes, a page at a time, each leading to its own page. */
export function Wall<Row extends Shown>({ pid, label, pages, names, caption, empty }: Props<Row>) {
  const { t } = useTranslation('scores')
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const { hasNextPage, isFetching, isError, fetchNextPage } = pages
  // The server looks through a bounded number of pictures for each page: one may come back empty, with more behind it.
  const goOn = items.length === 0 && hasNextPage && !isFetching && !isError
  useEffect(() => {
    if (goOn) void fetchNextPage()
  }, [goOn, fetchNextPage])
  if (isError) return <ErrorState text={errorText(pages.error)} onRetry={() => pages.refetch()} />
  if (items.length === 0) {
    return (
      <Text c="dimmed" role="status">
        {pages.isSuccess && !hasNextPage ? empty : t('wall.reading')}
      </Text>
    )
  }
  return (
    <>
      <ul className={styles.wall} aria-label={label} data-waiting={pages.isPlaceholderData}>
        {items.map((row, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one picture may stand here several times, once for each error
          <li key={`${row.image} ${place}`}>
            {row.image && row.thumb ? (
              <Link
                to={`/p/${pid}/item/${row.image}` as '/'}
                className={styles.tile}
                aria-label={`${row.name}: ${caption(row)}`}
              >
                <Outlines src={row.thumb} width={row.width} height={row.height} boxes={row.boxes} names={names} />
                <span className={styles.caption}>{caption(row)}</span>
              </Link>
            ) : (
              <span className={styles.square}>
                <span className={styles.gone}>{t('wall.deleted')}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="default" mt="sm" loading={pages.isFetchingNextPage} onClick={() => fetchNextPage()}>
          {t('wall.more')}
        </Button>
      )}
    </>
  )
}
