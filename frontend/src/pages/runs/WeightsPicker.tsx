import { Button, FileButton, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask, csrfToken } from '@/api/client'
import { errorFrom, errorText } from '@/api/errors'
import type { WeightsFile } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'

interface Props {
  pid: number
  architecture: string
  value: number | null
  onChange: (id: number | null) => void
}

/** Weights files of the project that fit the architecture, and the way to bring another one in. */
export function WeightsPicker({ pid, architecture, value, onChange }: Props) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const client = useQueryClient()
  const key = ['project', pid, 'weights']
  const weights = useQuery({
    queryKey: key,
    queryFn: async (): Promise<WeightsFile[]> => {
      const reply = await ask(api.GET('/api/projects/{pid}/weights', { params: { path: { pid } } }))
      return reply.items
    },
  })
  const upload = useMutation({
    mutationFn: async (file: File): Promise<WeightsFile> => {
      const body = new FormData()
      body.set('architecture', architecture)
      body.set('file', file)
      const headers = { 'X-CSRFToken': csrfToken(), Accept: 'application/json' }
      const response = await fetch(`/api/projects/${pid}/weights`, { method: 'POST', body, headers })
      const reply: unknown = await response.json().catch(() => null)
      if (!response.ok) throw errorFrom(reply, response.status)
      return reply as WeightsFile
    },
    onSuccess: async (file) => {
      await client.invalidateQueries({ queryKey: key })
      onChange(file.id)
    },
  })
  const fitting = (weights.data ?? []).filter((file) => file.architecture === architecture)
  return (
    <Stack gap="xs">
      <Group align="flex-end">
        <NativeSelect
          label={t('weights.from')}
          description={t('weights.help')}
          value={value === null ? '' : String(value)}
          onChange={(event) => onChange(Number(event.currentTarget.value) || null)}
          data={[
            { value: '', label: t('weights.asPreset') },
            ...fitting.map((file) => ({ value: String(file.id), label: `${file.name} (${format.bytes(file.bytes)})` })),
          ]}
          style={{ flex: '1 1 16rem' }}
        />
        <FileButton accept=".safetensors" onChange={(file) => file && upload.mutate(file)}>
          {(props) => (
            <Button variant="default" loading={upload.isPending} {...props}>
              {t('weights.upload')}
            </Button>
          )}
        </FileButton>
      </Group>
      {upload.isError && <ErrorState text={errorText(upload.error)} />}
      <Text size="sm" c="dimmed" role="status">
        {upload.isSuccess ? t('weights.checked', { name: upload.data.name }) : ''}
      </Text>
    </Stack>
  )
}
