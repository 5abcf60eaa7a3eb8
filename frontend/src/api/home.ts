import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import type { components } from './schema'

type Schema = components['schemas']

export type Home = Schema['HomeShape']
export type HomeQueue = Schema['HomeQueue']
export type HomeNext = Schema['HomeNext']
/** Something that wants this person: what it is, the project, and the run or the person meant. */
export type Thing = Schema['Thing']

/** Where one goes on; asked anew whenever the page opens, since every answer changes it. */
export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: (): Promise<Home> => ask(api.GET('/api/home')),
  staleTime: 0,
})

export const attentionQuery = queryOptions({
  queryKey: ['attention'],
  queryFn: async (): Promise<Thing[]> => (await ask(api.GET('/api/attention'))).items,
  staleTime: 0,
})
