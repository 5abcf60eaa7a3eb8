import { Paper, Stack, Text, Title } from '@mantine/core'
import { IconBolt } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { isRunning, jobsQuery } from '@/api/jobs'
import { useProject } from '@/api/project'
import type { Job } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { JobBar } from '@/components/JobBar'
import { PageTitle } from '@/components/PageTitle'
import { When } from '@/components/When'
import { tellFailed } from '../tell'
import { jobTitle } from './title'

const route = getRouteApi('/inside/shell/p/$pid/jobs')

export default function JobsPage() {
  const { t } = useTranslation('projects')
  const { pid } = route.useParams()
  const jobs = useQuery(jobsQuery(pid))
  const running = jobs.data?.items.filter(isRunning) ?? []
  const ended = jobs.data?.items.filter((job) => !isRunning(job)) ?? []
  return (
    <>
      <PageTitle title={t('jobs.title')} lead={t('jobs.lead')} />
      {jobs.isError && <ErrorState text={errorText(jobs.error)} onRetry={() => jobs.refetch()} />}
      {jobs.data?.items.length === 0 && (
        <EmptyState icon={<IconBolt size={28} />} title={t('jobs.none')}>
          {t('jobs.noneHelp')}
        </EmptyState>
      )}
      <Stack gap="xl" maw={920}>
        {running.length > 0 && <Jobs pid={pid} title={t('jobs.now')} jobs={running} />}
        {ended.length > 0 && <Jobs pid={pid} title={t('jobs.before')} jobs={ended} />}
      </Stack>
    </>
  )
}

function Jobs({ pid, title, jobs }: { pid: number; title: string; jobs: Job[] }) {
  const client = useQueryClient()
  const project = useProject(pid)
  const cancel = useMutation({
    mutationFn: (jid: number) =>
      ask(api.POST('/api/projects/{pid}/jobs/{jid}/cancel', { params: { path: { pid, jid } } })),
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: jobsQuery(pid).queryKey }),
  })
  return (
    <section>
      <Title order={2} fz="h4" mb="sm">
        {title}
      </Title>
      <Stack gap="sm">
        {jobs.map((job) => (
          <Paper key={job.id} withBorder p="md">
            <JobBar
              job={{ ...job, title: jobTitle(job) }}
              onCancel={project.actions.includes('work') ? () => cancel.mutate(job.id) : undefined}
            />
            <Text size="sm" c="dimmed" mt={4}>
              <When at={job.finished_at ?? job.created_at} />
            </Text>
          </Paper>
        ))}
      </Stack>
    </section>
  )
}
