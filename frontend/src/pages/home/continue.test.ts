import { expect, it } from 'vitest'
import type { Project } from '@/api/types'
import { mostUrgent } from './continue'

function project(id: number, open: number | undefined, actions = ['label', 'see']): Project {
  return { id, actions, counts: open === undefined ? {} : { tasks_open: open } } as unknown as Project
}

it('goes on where least is left, among what is open', () => {
  expect(mostUrgent([project(1, 40), project(2, 0), project(3, 7), project(4, undefined)])?.id).toBe(3)
})

it('has nothing to offer where nothing is open or labeling is not allowed', () => {
  expect(mostUrgent([project(1, 0)])).toBeNull()
  expect(mostUrgent([project(1, 9, ['see'])])).toBeNull()
  expect(mostUrgent([])).toBeNull()
})
