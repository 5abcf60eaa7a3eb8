import { expect, it } from 'vitest'
import type { Project } from '@/api/types'
import { nextSteps } from './steps'

type Given = Pick<Project, 'actions' | 'counts'>
const admin: Given = { actions: ['manage', 'label'], counts: {} }

it('leads an admin from an empty project to labeling', () => {
  expect(nextSteps(admin, { classes: 0, members: 1 })).toEqual(['classes', 'pictures', 'people'])
  const filled = { ...admin, counts: { images: 50, tasks_open: 50 } }
  expect(nextSteps(filled, { classes: 3, members: 1 })).toEqual(['people', 'label'])
  expect(nextSteps({ ...admin, counts: { images: 50, tasks_open: 0 } }, { classes: 3, members: 4 })).toEqual([])
})

it('asks nothing of an annotator but to label', () => {
  const annotator: Given = { actions: ['label', 'see'], counts: { images: 9, tasks_open: 9 } }
  expect(nextSteps(annotator, { classes: 0, members: 0 })).toEqual([])
  expect(nextSteps(annotator, { classes: 2, members: 0 })).toEqual(['label'])
})
