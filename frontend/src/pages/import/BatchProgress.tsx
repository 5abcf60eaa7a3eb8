import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import { ErrorState } from '@/components/ErrorState'
import { JobBar } from '@/components/JobBar'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { batchQuery, isMoving } from './queries'
import { RefusedFiles } from './RefusedFiles'
import type { Uploads } from './uploads'

interface Props {
  pid: number
  bid: number
  uploads: Uploads
  onAgain: () => void
}

/** What the server makes of a delivery, until the last picture is in. */
export function BatchProgress({ pid, bid, uploads, onAgain }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const client = useQueryClient()
  const batch = useQuery(batchQuery(pid, bid))
  const cancel = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/cancel', { params: { path: { pid, bid } } })),
    onSettled: () => batch.refetch(),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  const over = batch.data !== undefined && !isMoving(batch.data)

  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: projectKey(pid) })
  }, [over, client, pid])

  if (batch.isError) return <ErrorState text={errorText(batch.error)} onRetry={() => batch.refetch()} />
  if (!batch.data) return null
  const { counts, job } = batch.data
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} fz="h4">
          {t('import.working')}
        </Title>
        {job && (
          <JobBar
            job={{ ...job, title: job.title || batch.data.name || t('import.title') }}
            onCancel={over ? undefined : () => cancel.mutate()}
          />
        )}
        {!over && <Text size="sm">{t('import.workingHelp')}</Text>}
        <Text role="status">
          {t('import.result', {
            added: format.number(counts.added),
            duplicate: format.number(counts.duplicate),
            refused: format.number(counts.refused),
          })}
        </Text>
        {over && (
          <Group>
            <Button component={Link} to={`/p/${pid}/data`}>
              {t('import.see')}
            </Button>
            <Button component={Link} to={`/p/${pid}/label`} variant="default">
              {t('import.label')}
            </Button>
            <Button variant="default" onClick={onAgain}>
              {t('import.again')}
            </Button>
          </Group>
        )}
        {(counts.refused > 0 || uploads.count('refused') > 0) && (
          <RefusedFiles pid={pid} bid={bid} count={counts.refused} />
        )}
      </Stack>
    </Paper>
  )
}
