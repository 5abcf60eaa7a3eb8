import { Paper, Stack, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { isRunning, jobsQuery } from '@/api/jobs'
import { JobBar } from '@/components/JobBar'
import { jobTitle } from '../jobs/title'

/** What works in the background right now; nothing where nothing does. */
export function RunningJobs({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  const running = useQuery(jobsQuery(pid)).data?.items.filter(isRunning) ?? []
  if (running.length === 0) return null
  return (
    <section>
      <Title order={2} fz="h4" mb="sm">
        {t('overview.background')}
      </Title>
      <Stack gap="sm">
        {running.map((job) => (
          <Paper key={job.id} withBorder p="md">
            <JobBar job={{ ...job, title: jobTitle(job) }} />
          </Paper>
        ))}
      </Stack>
    </section>
  )
}
