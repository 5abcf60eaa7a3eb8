import type { Project } from '@/api/types'

/** Each page of a project with the action that opens it, in the order of the menu. */
const SECTIONS = [
  ['overview', 'see'],
  ['label', 'label'],
  ['mine', 'label'],
  ['me', 'label'],
  ['review', 'settle'],
  ['data', 'browse'],
  ['import', 'manage'],
  ['versions', 'browse'],
  ['runs', 'browse'],
  ['try', 'work'],
  ['cycle', 'browse'],
  ['people', 'settle'],
  ['settings', 'manage'],
  ['jobs', 'browse'],
] as const

export type Section = (typeof SECTIONS)[number][0]

/** The pages that this person's role in the project opens. */
export function sectionsFor(project: Pick<Project, 'actions'>): Section[] {
  return SECTIONS.filter(([, action]) => project.actions.includes(action)).map(([section]) => section)
}
