import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { UnfinishedUpload } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { batchesKey } from './queries'

interface Props {
  pid: number
  uploads: readonly UnfinishedUpload[]
}

/** Uploads that have broken off: what is left of each, and how to go on, because a browser keeps no files. */
export function Unfinished({ pid, uploads }: Props) {
  if (uploads.length === 0) return null
  return (
    <Stack gap="sm">
      {uploads.map((upload) => (
        <OneUnfinished key={upload.id} pid={pid} upload={upload} />
      ))}
    </Stack>
  )
}

function OneUnfinished({ pid, upload }: { pid: number; upload: UnfinishedUpload }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const client = useQueryClient()
  const path = { pid, bid: upload.id }
  const outcome = {
    onSettled: () => client.invalidateQueries({ queryKey: batchesKey(pid) }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const close = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/close', { params: { path } })),
    ...outcome,
  })
  const forget = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/cancel', { params: { path } })),
    ...outcome,
  })
  const began = format.date(upload.created_at)
  const name = upload.name || t('import.unnamed', { date: began })
  const whole = upload.left === 0
  return (
    <Alert color="orange" variant="light" icon={<IconUpload aria-hidden />}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} fz="md" style={{ overflowWrap: 'anywhere' }}>
          {t('import.unfinished.title', { name })}
        </Title>
        <Text size="sm" fw={600}>
          {whole
            ? t('import.unfinished.whole', { total: format.number(upload.expected) })
            : t('import.unfinished.left', {
                left: format.number(upload.left),
                total: format.number(upload.expected),
                bytes: format.bytes(upload.left_bytes),
              })}
        </Text>
        {!whole && <Text size="sm">{t('import.unfinished.how')}</Text>}
        <Text size="sm" c="var(--mantine-color-text)">
          {t('import.unfinished.kept', { began, until: format.date(upload.kept_until) })}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant={whole ? 'filled' : 'default'}
            loading={close.isPending}
            onClick={() => close.mutate()}
          >
            {t(whole ? 'import.resume.complete' : 'import.finish')}
          </Button>
          <ConfirmButton
            size="xs"
            variant="default"
            danger
            label={t('import.unfinished.forget')}
            name={t('import.unfinished.forgetNamed', { name })}
            question={t('import.unfinished.forgetAsk')}
            confirm={t('import.unfinished.forget')}
            onConfirm={() => forget.mutate()}
          />
        </Group>
      </Stack>
    </Alert>
  )
}
