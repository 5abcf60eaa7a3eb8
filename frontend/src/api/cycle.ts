import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { RunError, Said } from './training'

export type StageName = 'pictures' | 'label' | 'freeze' | 'train' | 'evaluate' | 'choose'
export interface Stage {
  name: StageName
  /** How much waits to be done here, and how much has been. */
  waiting: number
  done: number
  state: string
}
export type RoundState = 'freezing' | 'training' | 'evaluating' | 'choosing' | 'done' | 'failed'
export interface Accuracy {
  value: number | null
  low: number | null
  high: number | null
  count: number
  unresolved: number
  version: number
  comparable: boolean
}
export interface Round {
  number: number
  state: RoundState
  strategy: string
  preset: string
  version: { id: number; number: number } | number | null
  run: number | null
  evaluation: number | null
  labels_spent: number
  votes_spent: number
  accuracy: Accuracy | null
  error: RunError | null
}
export interface Cycle {
  stages: Stage[]
  rounds: Round[]
  next: { allowed: boolean; reason: Said | null; warnings: Said[]; preset: string }
}

const MOVING: ReadonlySet<string> = new Set(['freezing', 'training', 'evaluating', 'choosing'])
export const isMoving = (round: Round): boolean => MOVING.has(round.state)

export const cycleQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'cycle'],
    queryFn: (): Promise<Cycle> =>
      ask(api.GET('/api/projects/{pid}/cycle', { params: { path: { pid } } })) as unknown as Promise<Cycle>,
    refetchInterval: (query) => (query.state.data?.rounds.some(isMoving) ? 1500 : 10_000),
  })
