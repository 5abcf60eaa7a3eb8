import { Badge, Button, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { Export, Format, Version } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { JobBar } from '@/components/JobBar'
import { useFormat } from '@/i18n/format'
import { jobTitle } from '../jobs/title'
import { FormatCard } from './FormatCard'

interface ExportBody {
  format: string
  options: Record<string, string | boolean>
}

interface Props {
  pid: number
  version: Version
}

/** The formats with a look into their files, and the files that were made of this version. */
export function Exports({ pid, version }: Props) {
  const { t } = useTranslation('versions')
  const client = useQueryClient()
  const key = ['project', pid, 'version', version.id, 'exports']
  const formats = useQuery({
    queryKey: ['project', pid, 'formats'],
    queryFn: (): Promise<Format[]> => ask(api.GET('/api/projects/{pid}/formats', { params: { path: { pid } } })),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const exports = useQuery({
    queryKey: key,
    queryFn: async (): Promise<Export[]> => {
      const path = { pid, vid: version.id }
      const reply = await ask(api.GET('/api/projects/{pid}/versions/{vid}/exports', { params: { path } }))
      return reply.items
    },
    refetchInterval: (query) => (query.state.data?.some((made) => made.state === 'queued') ? 1000 : false),
  })
  const start = useMutation({
    mutationFn: (body: ExportBody) =>
      ask(
        api.POST('/api/projects/{pid}/versions/{vid}/exports', {
          params: { path: { pid, vid: version.id } },
          body,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
  return (
    <Stack gap="sm" aria-label={t('exports', { number: version.number })} role="group">
      {start.isError && <ErrorState text={errorText(start.error)} />}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {formats.data?.map((format) => (
          <FormatCard
            key={format.name}
            format={format}
            busy={start.isPending && start.variables.format === format.name}
            onExport={(options) => start.mutate({ format: format.name, options })}
          />
        ))}
      </SimpleGrid>
      {exports.data?.length === 0 && <Text c="dimmed">{t('exportsEmpty')}</Text>}
      {exports.data?.map((made) => (
        <Made key={made.id} pid={pid} made={made} />
      ))}
    </Stack>
  )
}

function Made({ pid, made }: { pid: number; made: Export }) {
  const { t } = useTranslation(['versions', 'common'])
  const format = useFormat()
  if (made.state !== 'ready') {
    return made.job ? (
      <JobBar job={{ ...made.job, title: jobTitle(made.job) }} />
    ) : (
      <Progress value={0} aria-label={made.format} />
    )
  }
  return (
    <Group justify="space-between">
      <Group gap="xs">
        <Badge variant="outline" c="var(--mantine-color-text)" tt="none">
          {made.format}
        </Badge>
        <Lost losses={made.losses} />
      </Group>
      <Button
        component="a"
        variant="light"
        c="var(--mantine-color-text)"
        href={`/api/projects/${pid}/exports/${made.id}/download`}
        download
      >
        {t('download', { size: format.bytes(made.bytes) })}
      </Button>
    </Group>
  )
}

/** What the format could not hold. */
function Lost({ losses }: { losses: Export['losses'] }) {
  const { t, i18n } = useTranslation('versions')
  const format = useFormat()
  const lost = Object.entries(losses).filter(([, count]) => count > 0)
  if (lost.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('lossless')}
      </Text>
    )
  }
  return (
    <details>
      <summary>{t('losses')}</summary>
      <ul>
        {lost.map(([name, count]) => (
          <li key={name}>
            {i18n.exists(`versions:loss.${name}`)
              ? t(`loss.${name}` as 'loss.votes', { number: format.number(count) })
              : `${name}: ${format.number(count)}`}
          </li>
        ))}
      </ul>
    </details>
  )
}
