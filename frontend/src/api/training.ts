import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { Job, Page } from './types'

/** A figure with what it stands on: the share or mean, how many pictures, and its 95 % interval. */
export interface Figure {
  value: number
  count: number
  correct?: number
  low: number
  high: number
}
export interface Said {
  code: string
  message: string
}
export interface Version {
  id: number
  number: number
  digest: string
  state: 'queued' | 'ready' | 'failed'
  counts: VersionCounts
  note: string
  created_at: string
  created_by: string | null
  job: Job | null
}
export interface VersionCounts {
  images?: number
  labeled?: number
  train?: number
  val?: number
  holdout?: number
  unresolved?: number
  unlabeled?: number
  empty?: number
}
export interface Format {
  name: string
  title: string
  sample: string[]
}
export interface Export {
  id: number
  format: string
  state: 'queued' | 'ready' | 'failed'
  bytes: number
  digest: string
  /** How many of each thing the format could not hold; empty until the file is made. */
  losses: Record<string, number>
  job: Job | null
}
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
export interface WeightsFile {
  id: number
  name: string
  architecture: string
  bytes: number
  created_at: string
}
export interface RunError {
  fault: 'data' | 'config' | 'server'
  message: string
  log?: string
}
export type RunState = 'queued' | 'running' | 'stopping' | 'stopped' | 'finished' | 'failed'
export interface Run {
  id: number
  name: string
  state: RunState
  version: { id: number; number: number } | number
  preset: string
  config: Record<string, unknown>
  epoch: number
  epochs: number
  seconds_left: number | null
  attempt: number
  error: RunError | null
  val_accuracy: number | null
  created_at: string
  started_at: string | null
  finished_at: string | null
  evaluation: number | null
}
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
export interface Evaluation {
  id: number
  state: 'queued' | 'running' | 'ready' | 'failed'
  run: number
  run_name?: string
  version: { id: number; number: number } | number
  error: RunError | null
  created_at: string
  content: Report | null
}
export interface CellPicture {
  image: number | null
  name: string
  thumb: string | null
  probability: number
}

export const versionsQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'versions'],
    queryFn: (): Promise<Page<Version>> =>
      ask(api.GET('/api/projects/{pid}/versions', { params: { path: { pid } } })) as Promise<Page<Version>>,
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
    queryFn: (): Promise<Page<Run>> =>
      ask(api.GET('/api/projects/{pid}/runs', { params: { path: { pid } } })) as unknown as Promise<Page<Run>>,
    refetchInterval: (query) => (query.state.data?.items.some((run) => isLive(run.state)) ? 1500 : 15_000),
  })

export const runQuery = (pid: number, rid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'run', rid],
    queryFn: (): Promise<Run> =>
      ask(api.GET('/api/projects/{pid}/runs/{rid}', { params: { path: { pid, rid } } })) as unknown as Promise<Run>,
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
      ask(
        api.GET('/api/projects/{pid}/evaluations/{eid}', { params: { path: { pid, eid } } }),
      ) as unknown as Promise<Evaluation>,
    refetchInterval: (query) => {
      const state = query.state.data?.state
      return state === 'queued' || state === 'running' ? 1500 : false
    },
  })

export const versionNumber = (version: Run['version']): number =>
  typeof version === 'number' ? version : version.number
