import { counted } from '@/api/project'
import type { Project } from '@/api/types'

export const STEPS = ['classes', 'pictures', 'people', 'label'] as const
export type Step = (typeof STEPS)[number]

/** What a project still lacks before people can label, then what comes next; empty where all is under way. */
export function nextSteps(
  project: Pick<Project, 'actions' | 'counts'>,
  { classes, members }: { classes: number; members: number },
): Step[] {
  const manages = project.actions.includes('manage')
  const open = counted(project, 'tasks_open')
  const wanted: Record<Step, boolean> = {
    classes: manages && classes === 0,
    pictures: manages && counted(project, 'images') === 0,
    people: manages && members === 1,
    label: project.actions.includes('label') && classes > 0 && open > 0,
  }
  return STEPS.filter((step) => wanted[step])
}
