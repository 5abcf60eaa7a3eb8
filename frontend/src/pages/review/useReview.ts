import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { Page } from '@/api/types'
import { current, EMPTY, extend, fail, left, move, type Queue, type ReviewItem, type Ruling, rule } from './queue'

/** With this few left in hand the next page is fetched. */
const AHEAD = 5

const reviewPages = (pid: number) => ({
  queryKey: ['project', pid, 'review'],
  queryFn: async ({ pageParam }: { pageParam: string | null }) => {
    const query = pageParam === null ? {} : { cursor: pageParam }
    const page = await ask(api.GET('/api/projects/{pid}/review', { params: { path: { pid }, query } }))
    // The schema knows an answer only as an object; its kinds are told apart here.
    return page as unknown as Page<ReviewItem>
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<ReviewItem>) => page.next,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
})

export interface Reviewing {
  queue: Queue
  item: ReviewItem | null
  /** Tasks listed here without a ruling, and whether the server has more. */
  open: number
  more: boolean
  loaded: boolean
  problem: Error | null
  again: () => void
  give: (ruling: Ruling) => void
  step: (by: number) => void
}

/** The queue of a project, fetched ahead; a ruling shows at once and comes back if it does not get through. */
export function useReview(pid: number): Reviewing {
  const pages = useInfiniteQuery(reviewPages(pid))
  const [queue, setQueue] = useState(EMPTY)
  const item = current(queue)
  const open = left(queue)
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = pages

  useEffect(() => {
    const items = data?.pages.flatMap((page) => page.items) ?? []
    setQueue((before) => extend(before, items))
  }, [data])
  useEffect(() => {
    if (open <= AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [open, hasNextPage, isFetchingNextPage, fetchNextPage])
  useLookAhead(queue.items, queue.place)

  const give = useCallback(
    (ruling: Ruling) => {
      if (!item) return
      const task = item.task
      setQueue((before) => rule(before, task, ruling))
      ask(api.POST('/api/projects/{pid}/review/{task}', { params: { path: { pid, task } }, body: ruling })).catch(
        (problem: unknown) => setQueue((before) => fail(before, task, errorText(problem))),
      )
    },
    [item, pid],
  )
  const step = useCallback((by: number) => setQueue((before) => move(before, by)), [])
  return {
    queue,
    item,
    open,
    more: hasNextPage,
    loaded: pages.isSuccess,
    problem: pages.error,
    again: () => void pages.refetch(),
    give,
    step,
  }
}

/** Has the next pictures decoded before they are asked for. */
function useLookAhead(items: readonly ReviewItem[], place: number): void {
  useEffect(() => {
    for (const item of items.slice(place + 1, place + 4)) {
      const picture = new Image()
      picture.src = item.image.display
      picture.decode?.().catch(() => undefined)
    }
  }, [items, place])
}
