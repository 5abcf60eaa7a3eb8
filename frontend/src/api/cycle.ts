import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'

type Schema = components['schemas']

export type Stage = Schema['Stage']
export type StageName = Stage['name']
export type Round = Schema['RoundShape']
export type RoundState = Round['state']
export type Accuracy = Schema['Accuracy']
export type Cycle = Schema['CycleShape']

const MOVING: ReadonlySet<string> = new Set(['freezing', 'training', 'evaluating', 'choosing'])
export const isMoving = (round: Round): boolean => MOVING.has(round.state)

export const cycleQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'cycle'],
    queryFn: (): Promise<Cycle> => ask(api.GET('/api/projects/{pid}/cycle', { params: { path: { pid } } })),
    refetchInterval: (query) => (query.state.data?.rounds.some(isMoving) ? 1500 : 10_000),
  })
