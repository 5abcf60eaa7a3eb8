import { queryOptions } from '@tanstack/react-query'
import type { BoxReport } from './boxScores'
import { api, ask } from './client'
import type { components } from './schema'
import type { Page } from './types'

type Schema = components['schemas']

/** A figure with what it stands on: the share or mean, how many pictures, and its 95 % interval. */
export interface Figure {
  value: number
  count: number
  correct?: number
  low: number
  high: number
}
export type Said = Schema['Said']
export type Version = Schema['VersionShape']
export type Format = Schema['FormatShape']
export type Export = Schema['ExportShape']
export interface Preset {
  name: string
  title: string
  about: string
  architecture: string
  size: number
  epochs: number
  images_seen: number
  max_epochs: number
  start: string
  seconds_per_1000_images: number
  [option: string]: unknown
}
export interface Option {
  name: string
  type: string
  default: unknown
  min?: number | null
  max?: number | null
  choices?: (string | number)[] | null
  help: string
}
export interface Architecture {
  name: string
  family: string
  title: string
  weights: boolean
}
export interface Catalogue {
  architectures: Architecture[]
  presets: Preset[]
  strategies: string[]
  options: Option[]
}
export type WeightsFile = Schema['WeightsShape']
export type PreviewPicture = Schema['PreviewPicture']
export type RunError = Schema['Fault']
export type RunState = Schema['RunState']
export type Run = Schema['RunShape']
/** Of boxes a run says mAP, of classes accuracy. */
export const learnsBoxes = (run: Pick<Run, 'config'>): boolean => run.config.problem === 'detection'
export interface MetricLine {
  event: string
  epoch?: number
  step?: number
  steps_per_epoch?: number
  loss?: number
  train_loss?: number
  train_accuracy?: number
  val_loss?: number | null
  val_accuracy?: number | null
  val_map?: number | null
  val_map50?: number | null
  done?: number
  total?: number
}
export interface ClassScore {
  index: number
  id: number
  name: string
  count: number
  correct: number
  precision: number | null
  recall: number | null
  low: number | null
  high: number | null
  predicted: number
}
export interface Report {
  split: string
  counts: Record<string, number>
  loss: Figure | null
  top1: Figure | null
  top5: Figure | null
  classes: ClassScore[]
  confusion: number[][]
  agreement_known: boolean
  message: string | null
}
/** One class of several: `low` and `high` are the interval of recall. */
export interface SeveralClass {
  index: number
  id: number
  name: string
  count: number
  predicted: number
  correct: number
  ap: number | null
  precision: number | null
  recall: number | null
  f1: number | null
  low: number
  high: number
  threshold: number
}
export interface SeveralReport {
  split: string
  counts: Record<string, number>
  map: { value: number | null; low: number | null; high: number | null; count: number }
  exact: Figure
  micro: { precision: number | null; recall: number | null; f1: number | null }
  classes: SeveralClass[]
  /** "val", or "even" where no validation picture could say. */
  threshold_from: string
  agreement_known: boolean
  message: string | null
}
/** The schema leaves the report open, because each problem has its own. */
export type Evaluation = Omit<Schema['EvaluationDetail'], 'content'> & {
  content: Report | BoxReport | SeveralReport | null
}
export type CellPicture = Schema['CellPicture']

export const versionsQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'versions'],
    queryFn: (): Promise<Page<Version>> => ask(api.GET('/api/projects/{pid}/versions', { params: { path: { pid } } })),
    refetchInterval: (query) => (query.state.data?.items.some((version) => version.state === 'queued') ? 1000 : 15_000),
  })

export const catalogueQuery = (pid: number) =>
  queryOptions({
    queryKey: ['catalogue'],
    queryFn: (): Promise<Catalogue> =>
      ask(
        api.GET('/api/projects/{pid}/training/catalogue', { params: { path: { pid } } }),
      ) as unknown as Promise<Catalogue>,
    staleTime: Number.POSITIVE_INFINITY,
  })

const LIVE: ReadonlySet<string> = new Set(['queued', 'running', 'stopping'])
export const isLive = (state: string): boolean => LIVE.has(state)

export const runsQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'runs'],
    queryFn: (): Promise<Page<Run>> => ask(api.GET('/api/projects/{pid}/runs', { params: { path: { pid } } })),
    refetchInterval: (query) => (query.state.data?.items.some((run) => isLive(run.state)) ? 1500 : 15_000),
  })

export const runQuery = (pid: number, rid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'run', rid],
    queryFn: (): Promise<Run> => ask(api.GET('/api/projects/{pid}/runs/{rid}', { params: { path: { pid, rid } } })),
    // A finished run is asked for until its evaluation has appeared.
    refetchInterval: (query) => {
      const run = query.state.data
      return run && (isLive(run.state) || (run.state === 'finished' && run.evaluation === null)) ? 1500 : false
    },
  })

export const evaluationQuery = (pid: number, eid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'evaluation', eid],
    queryFn: (): Promise<Evaluation> =>
      ask(api.GET('/api/projects/{pid}/evaluations/{eid}', { params: { path: { pid, eid } } })) as Promise<Evaluation>,
    refetchInterval: (query) => {
      const state = query.state.data?.state
      return state === 'queued' || state === 'running' ? 1500 : false
    },
  })
