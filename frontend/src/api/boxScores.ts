import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'
import type { Page } from './types'

type Schema = components['schemas']

export type BoxPicture = Schema['BoxPicture']
export type BoxError = Schema['BoxError']
export type Outlined = Schema['Outlined']
export type Outcome = Outlined['outcome']
export type ErrorKind = BoxError['kind']
export const ERROR_KINDS = ['missed', 'false', 'wrong_class', 'loose'] as const satisfies readonly ErrorKind[]
export const COCO = [
  ['map', 'map50', 'map75', 'map_small', 'map_medium', 'map_large'],
  ['recall_1', 'recall_10', 'recall_100', 'recall_small', 'recall_medium', 'recall_large'],
] as const
export type CocoFigure = (typeof COCO)[number][number]

/** A mean with its bootstrap interval over pictures; null where there is nothing to find. */
export interface MeanPrecision {
  value: number | null
  low: number | null
  high: number | null
  count: number
}
export interface BoxClass {
  index: number
  id: number
  name: string
  count: number
  pictures: number
  map: number | null
  map50: number | null
}
/** How many found boxes of each kind have at least each score of the list. */
export interface ClassCounts {
  index: number
  count: number
  hit: number[]
  false: number[]
  wrong_class: number[]
  loose: number[]
}
export interface BoxReport {
  counts: Record<string, number>
  agreement_known: boolean
  map: MeanPrecision
  map50: MeanPrecision
  figures: Partial<Record<CocoFigure, number | null>>
  classes: BoxClass[]
  threshold: number | null
  /** The split it was chosen on. */
  threshold_from: string | null
  thresholds: { scores: number[]; classes: ClassCounts[] } | null
  curves: { recall: number[]; classes: { index: number; precision: number[] }[] } | null
}

interface Asked {
  threshold: number
  /** Null is any class. */
  label: number | null
}
const inQuery = ({ threshold, label }: Asked, cursor: string) => ({
  threshold,
  limit: 24,
  ...(label === null ? {} : { class: label }),
  ...(cursor ? { cursor } : {}),
})

export const boxPicturesQuery = (pid: number, eid: number, asked: Asked & { show: 'errors' | 'all' }) =>
  infiniteQueryOptions({
    queryKey: ['project', pid, 'evaluation', eid, 'boxes', asked],
    queryFn: ({ pageParam, signal }): Promise<Page<BoxPicture>> =>
      ask(
        api.GET('/api/projects/{pid}/evaluations/{eid}/boxes', {
          params: { path: { pid, eid }, query: { ...inQuery(asked, pageParam), show: asked.show } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    // While the slider moves, the pictures before stay until the new ones are there.
    placeholderData: keepPreviousData,
  })

export const boxErrorsQuery = (pid: number, eid: number, asked: Asked & { kind: ErrorKind }) =>
  infiniteQueryOptions({
    queryKey: ['project', pid, 'evaluation', eid, 'errors', asked],
    queryFn: ({ pageParam, signal }): Promise<Page<BoxError>> =>
      ask(
        api.GET('/api/projects/{pid}/evaluations/{eid}/errors', {
          params: { path: { pid, eid }, query: { ...inQuery(asked, pageParam), kind: asked.kind } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
