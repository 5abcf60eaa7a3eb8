import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { Batch } from '@/api/types'
import { JobBar } from '@/components/JobBar'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { batchesKey, isMoving } from './queries'
import { RefusedFiles } from './RefusedFiles'

interface Props {
  pid: number
  batch: Batch
  /** Files that were refused before they became part of the delivery. */
  refusedHere: number
  onAgain: () => void
}

/** What the server makes of a delivery, until it was looked at or the last picture is in. */
export function BatchProgress({ pid, batch, refusedHere, onAgain }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const client = useQueryClient()
  const path = { pid, bid: batch.id }
  const cancel = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/cancel', { params: { path } })),
    onSettled: () => client.invalidateQueries({ queryKey: batchesKey(pid) }),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  const over = !isMoving(batch)
  const looking = batch.staged

  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: projectKey(pid) })
  }, [over, client, pid])

  const { counts, job } = batch
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} fz="h4">
          {t(looking ? 'import.looking' : 'import.working')}
        </Title>
        {job && (
          <JobBar
            job={{ ...job, title: job.title || batch.name || t('import.title') }}
            onCancel={over ? undefined : () => cancel.mutate()}
          />
        )}
        {!over && <Text size="sm">{t(looking ? 'import.lookingHelp' : 'import.workingHelp')}</Text>}
        {looking ? (
          over && <Text role="status">{t('import.nothingTaken')}</Text>
        ) : (
          <Text role="status">
            {t('import.result', {
              added: format.number(counts.added),
              duplicate: format.number(counts.duplicate),
              refused: format.number(counts.refused),
            })}
            {counts.boxes + counts.boxes_left_out > 0 &&
              ` · ${t('import.boxes', {
                boxes: format.number(counts.boxes),
                left: format.number(counts.boxes_left_out),
              })}`}
          </Text>
        )}
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
        {!looking && counts.refused + refusedHere > 0 && (
          <RefusedFiles pid={pid} bid={batch.id} count={counts.refused} />
        )}
        {over && counts.boxes_left_out > 0 && (
          <RefusedFiles pid={pid} bid={batch.id} count={counts.boxes_left_out} partly />
        )}
      </Stack>
    </Paper>
  )
}
