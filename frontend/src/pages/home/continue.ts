import type { Project } from '@/api/types'

/** The project to go on with: of those where this person may label and something is open, the one with least left. */
export function mostUrgent(projects: readonly Project[]): Project | null {
  const open = projects.filter((project) => project.actions.includes('label') && (project.counts.tasks_open ?? 0) > 0)
  return open.reduce<Project | null>(
    (best, each) => (best === null || (each.counts.tasks_open ?? 0) < (best.counts.tasks_open ?? 0) ? each : best),
    null,
  )
}
