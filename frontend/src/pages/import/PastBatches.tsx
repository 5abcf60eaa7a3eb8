import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { Batch } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { JobBar } from '@/components/JobBar'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { batchesKey, batchesQuery, isMoving } from './queries'
import { RefusedFiles } from './RefusedFiles'

interface Props {
  pid: number
  /** Deliveries that the page shows elsewhere. */
  apart: readonly number[]
  /** Goes on with a delivery that was looked at and waits. */
  onGoOn: (bid: number) => void
}

/** Earlier deliveries, newest first; one whose sending broke off can be finished, one that waits gone on with. */
export function PastBatches({ pid, apart, onGoOn }: Props) {
  const { t } = useTranslation('data')
  const batches = useQuery(batchesQuery(pid))
  if (batches.isError) return <ErrorState text={errorText(batches.error)} onRetry={() => batches.refetch()} />
  const shown = (batches.data?.items ?? []).filter(({ id }) => !apart.includes(id))
  if (batches.data && shown.length === 0) return <Text c="dimmed">{t('import.beforeNone')}</Text>
  return (
    <Stack gap="sm">
      {shown.map((batch) => (
        <PastBatch key={batch.id} pid={pid} batch={batch} onGoOn={onGoOn} />
      ))}
    </Stack>
  )
}

function PastBatch({ pid, batch, onGoOn }: Omit<Props, 'apart'> & { batch: Batch }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const path = { pid, bid: batch.id }
  const outcome = {
    onSettled: () => client.invalidateQueries({ queryKey: batchesKey(pid) }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const close = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/close', { params: { path } })),
    ...outcome,
  })
  const cancel = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/cancel', { params: { path } })),
    ...outcome,
  })
  const name = batch.name || t('import.unnamed', { date: format.date(batch.created_at) })
  const { counts } = batch
  return (
    <Paper withBorder p="md">
      {batch.job && isMoving(batch) ? (
        <JobBar job={{ ...batch.job, title: name }} onCancel={() => cancel.mutate()} />
      ) : (
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      )}
      <Group justify="space-between" mt={4}>
        <Text size="sm" c="dimmed">
          {[
            t(`import.batchState.${batch.state === 'closed' && batch.staged ? 'looking' : batch.state}`),
            batch.staged
              ? t('import.nothingTaken')
              : t('import.result', {
                  added: format.number(counts.added),
                  duplicate: format.number(counts.duplicate),
                  refused: format.number(counts.refused),
                }),
          ].join(' · ')}
        </Text>
        <Group gap="xs">
          {batch.state === 'open' && (
            <Button size="xs" variant="default" loading={close.isPending} onClick={() => close.mutate()}>
              {t('import.finish')}
            </Button>
          )}
          {batch.state === 'analysed' && (
            <>
              <ConfirmButton
                size="xs"
                variant="default"
                danger
                label={t('import.found.discard')}
                name={t('import.found.discardNamed', { name })}
                question={t('import.found.discardAsk')}
                onConfirm={() => cancel.mutate()}
              />
              <Button size="xs" aria-label={t('import.found.goOnNamed', { name })} onClick={() => onGoOn(batch.id)}>
                {t('import.found.goOn')}
              </Button>
            </>
          )}
          {counts.refused > 0 && !batch.staged && (
            <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('import.refused')}
            </Button>
          )}
        </Group>
      </Group>
      {open && <RefusedFiles pid={pid} bid={batch.id} count={counts.refused} />}
    </Paper>
  )
}
