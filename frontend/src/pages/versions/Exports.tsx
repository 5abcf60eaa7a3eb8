import { Badge, Button, Card, Code, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { Export, Format, Version } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { JobBar } from '@/components/JobBar'
import { useFormat } from '@/i18n/format'
import { jobTitle } from '../jobs/title'

interface Props {
  pid: number
  version: Version
}

/** The formats with a look into their files, and the files that were made of this version. */
export function Exports({ pid, version }: Props) {
  const { t, i18n } = useTranslation('versions')
  const client = useQueryClient()
  const key = ['project', pid, 'version', version.id, 'exports']
  const formats = useQuery({
    queryKey: ['project', pid, 'formats'],
    queryFn: async (): Promise<Format[]> => {
      const reply: unknown = await ask(api.GET('/api/projects/{pid}/formats', { params: { path: { pid } } }))
      return Array.isArray(reply) ? (reply as Format[]) : (reply as { items: Format[] }).items
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  const exports = useQuery({
    queryKey: key,
    queryFn: async (): Promise<Export[]> => {
      const path = { pid, vid: version.id }
      const reply: unknown = await ask(api.GET('/api/projects/{pid}/versions/{vid}/exports', { params: { path } }))
      return (reply as { items: Export[] }).items
    },
    refetchInterval: (query) => (query.state.data?.some((made) => made.state === 'queued') ? 1000 : false),
  })
  const start = useMutation({
    mutationFn: (format: string) =>
      ask(
        api.POST('/api/projects/{pid}/versions/{vid}/exports', {
          params: { path: { pid, vid: version.id } },
          body: { format, options: {} },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  })
  const titleOf = ({ name, title }: Format) =>
    i18n.exists(`versions:format.${name}`) ? t(`format.${name}` as 'format.native') : title
  return (
    <Stack gap="sm" aria-label={t('exports', { number: version.number })} role="group">
      {start.isError && <ErrorState text={errorText(start.error)} />}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {formats.data?.map((format) => (
          <Card withBorder key={format.name} padding="sm">
            <Stack gap="xs" h="100%" justify="space-between">
              <Title order={3} fz="md">
                {titleOf(format)}
              </Title>
              <Code
                block
                fz="xs"
                tabIndex={0}
                aria-label={t('sample')}
                role="region"
                style={{ overflowX: 'auto', whiteSpace: 'pre' }}
              >
                {format.sample.join('\n')}
              </Code>
              <Button
                variant="default"
                loading={start.isPending && start.variables === format.name}
                onClick={() => start.mutate(format.name)}
              >
                {t('exportAs', { format: titleOf(format) })}
              </Button>
            </Stack>
          </Card>
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
