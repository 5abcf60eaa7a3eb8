import i18next from 'i18next'
import type { Job } from '@/api/types'

/** What a job is, in the reader's words where we have some, with the title that was given to it. */
export function jobTitle(job: Pick<Job, 'kind' | 'title'>): string {
  const key = `projects:jobs.kinds.${job.kind}`
  const kind = i18next.exists(key) ? i18next.t(key as 'projects:jobs.kinds.export') : job.kind
  return job.title ? `${kind}: ${job.title}` : kind
}
