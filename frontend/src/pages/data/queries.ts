import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import type { ImageCount, ImageDetail, ImageItem, Page, StoodIn, TimelineEvent } from '@/api/types'
import { type DataSearch, withoutEmpty } from './search'

const PAGE = 120

export const imagesKey = (pid: number) => ['project', pid, 'images'] as const

/** One short page of pictures, for strips on other pages. */
export const imagesQuery = (pid: number, { search, limit }: { search: DataSearch; limit: number }) =>
  queryOptions({
    queryKey: [...imagesKey(pid), 'some', search, limit],
    queryFn: (): Promise<Page<ImageItem>> =>
      ask(
        api.GET('/api/projects/{pid}/images', { params: { path: { pid }, query: { ...withoutEmpty(search), limit } } }),
      ),
  })

/** The wall: page after page by cursor. */
export const wallQuery = (pid: number, search: DataSearch) =>
  infiniteQueryOptions({
    queryKey: [...imagesKey(pid), 'wall', search],
    initialPageParam: '',
    queryFn: ({ pageParam }): Promise<Page<ImageItem>> =>
      ask(
        api.GET('/api/projects/{pid}/images', {
          params: {
            path: { pid },
            query: { ...withoutEmpty(search), limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  })

export const countQuery = (pid: number, search: DataSearch) =>
  queryOptions({
    queryKey: [...imagesKey(pid), 'count', search],
    queryFn: (): Promise<ImageCount> =>
      ask(api.GET('/api/projects/{pid}/images/counts', { params: { path: { pid }, query: withoutEmpty(search) } })),
  })

/** What happened to a picture after the first page, which its own query has. */
export const historyQuery = (pid: number, iid: number, first: string | null) =>
  infiniteQueryOptions({
    queryKey: [...imagesKey(pid), iid, 'history', first],
    queryFn: ({ pageParam }): Promise<Page<TimelineEvent>> =>
      ask(
        api.GET('/api/projects/{pid}/images/{iid}/history', {
          params: { path: { pid, iid }, query: { cursor: pageParam } },
        }),
      ),
    initialPageParam: first ?? '',
    getNextPageParam: (page) => page.next,
    enabled: false,
  })

export const stoodQuery = (pid: number, iid: number) =>
  infiniteQueryOptions({
    queryKey: [...imagesKey(pid), iid, 'versions'],
    queryFn: ({ pageParam }): Promise<Page<StoodIn>> =>
      ask(
        api.GET('/api/projects/{pid}/images/{iid}/versions', {
          params: { path: { pid, iid }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })

export const imageQuery = (pid: number, iid: number) =>
  queryOptions({
    queryKey: [...imagesKey(pid), iid],
    queryFn: (): Promise<ImageDetail> =>
      ask(api.GET('/api/projects/{pid}/images/{iid}', { params: { path: { pid, iid } } })),
  })
