import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'
import type { Run } from './training'
import type { Page } from './types'

type Schema = components['schemas']

export type CurveRow = Schema['CurveShape']
export type CurveGain = Schema['CurveGain']
/** The schema leaves a point's figure out where it was not scored yet. */
export type CurveDetail = Schema['CurveDetail']

/** The parts that the server trains on, and how often each may be. */
export const SHARES = [0.1, 0.2, 0.4, 0.7, 1]
export const SEEDS = [1, 2, 3, 5]

export const curvesQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'curves'],
    queryFn: (): Promise<Page<CurveRow>> => ask(api.GET('/api/projects/{pid}/curves', { params: { path: { pid } } })),
  })

export const curveQuery = (pid: number, cid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'curve', cid],
    queryFn: (): Promise<CurveDetail> =>
      ask(api.GET('/api/projects/{pid}/curves/{cid}', { params: { path: { pid, cid } } })),
    // The last points are scored a moment after their trainings have ended.
    refetchInterval: ({ state: { data } }) =>
      data && (data.live || data.points.some((point) => point.state === 'finished' && !point.figure)) ? 2000 : false,
  })

export interface Cost {
  trainings: number
  /** Null where the run has not told its speed. */
  seconds: number | null
}

/** What a curve of this run costs: its trainings, and how long they take at the speed that the run had. */
export function costOf(run: Pick<Run, 'config' | 'progress' | 'evaluation'>, seeds: number): Cost {
  const own = run.evaluation === null ? 0 : 1
  const trainings = SHARES.length * seeds - own
  const pictures = Number(run.progress.train ?? 0)
  const speed = Number(run.progress.images_per_s ?? 0)
  if (!(pictures > 0 && speed > 0)) return { trainings, seconds: null }
  const seen = SHARES.reduce((sum, share) => {
    const part = Math.max(1, Math.round(share * pictures))
    return sum + part * passesOf(run.config, part) * (share === 1 ? seeds - own : seeds)
  }, 0)
  return { trainings, seconds: seen / speed }
}

function passesOf(config: Run['config'], pictures: number): number {
  const [epochs, seen, most] = [config.epochs, config.images_seen, config.max_epochs].map(Number) as [
    number,
    number,
    number,
  ]
  return epochs > 0 ? epochs : Math.max(1, Math.min(most, Math.round(seen / pictures)))
}
