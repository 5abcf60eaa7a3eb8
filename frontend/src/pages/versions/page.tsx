import { Alert, Badge, Button, Card, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconSnowflake } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { type Version, versionsQuery } from '@/api/training'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { Facts } from '@/components/Facts'
import { JobBar } from '@/components/JobBar'
import { PageTitle } from '@/components/PageTitle'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'
import { jobTitle } from '../jobs/title'
import { tellFailed } from '../tell'
import { Exports } from './Exports'

/** Frozen datasets, newest first: what is in each, its exports, and the button that freezes the next one. */
export default function VersionsPage() {
  const { pid } = useParams({ from: '/inside/shell/p/$pid' })
  const { t } = useTranslation('versions')
  const project = useQuery(projectQuery(pid))
  const versions = useQuery(versionsQuery(pid))
  const mayWork = project.data?.actions.includes('work') ?? false
  return (
    <>
      <PageTitle title={t('title')} lead={t('lead')} />
      <Stack>
        {mayWork && <Freeze pid={pid} />}
        {versions.isError && <ErrorState text={errorText(versions.error)} onRetry={() => versions.refetch()} />}
        {versions.data?.items.length === 0 && (
          <EmptyState icon={<IconSnowflake size={32} />} title={t('empty')}>
            {t('emptyHelp')}
          </EmptyState>
        )}
        {versions.data?.items.map((version, position) => (
          <VersionCard key={version.id} pid={pid} version={version} mayWork={mayWork} open={position === 0} />
        ))}
      </Stack>
    </>
  )
}

function Freeze({ pid }: { pid: number }) {
  const { t } = useTranslation('versions')
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const freeze = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/versions', { params: { path: { pid } }, body: { note } })),
    onSuccess: () => {
      setNote('')
      return client.invalidateQueries({ queryKey: versionsQuery(pid).queryKey })
    },
  })
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          freeze.mutate()
        }}
      >
        <Group align="flex-end">
          <TextInput
            label={t('freezeNote')}
            description={t('freezeHelp')}
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
            style={{ flex: '1 1 16rem' }}
          />
          <Button type="submit" leftSection={<IconSnowflake size={18} aria-hidden />} loading={freeze.isPending}>
            {t('freeze')}
          </Button>
        </Group>
      </form>
      {freeze.isError && <ErrorState text={errorText(freeze.error)} />}
    </Card>
  )
}

interface CardProps {
  pid: number
  version: Version
  mayWork: boolean
  open: boolean
}

const COUNTS = ['images', 'labeled', 'train', 'val', 'holdout', 'unresolved', 'unlabeled', 'empty'] as const

function VersionCard({ pid, version, mayWork, open }: CardProps) {
  const { t } = useTranslation(['versions', 'common'])
  const format = useFormat()
  const [showExports, setShowExports] = useState(open)
  const cancel = useMutation({
    mutationFn: (jid: number) =>
      ask(api.POST('/api/projects/{pid}/jobs/{jid}/cancel', { params: { path: { pid, jid } } })),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  return (
    <Card withBorder component="section" aria-labelledby={`version-${version.id}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm">
            <Title order={2} fz="h4" id={`version-${version.id}`}>
              {t('number', { number: version.number })}
            </Title>
            {version.state !== 'ready' && (
              <Badge variant="outline" c="var(--mantine-color-text)">
                {version.state === 'failed' ? t('failed') : t('common:job.running')}
              </Badge>
            )}
            <Text size="sm" c="dimmed">
              <When at={version.created_at} />
            </Text>
          </Group>
          {version.state === 'ready' && mayWork && (
            <Group gap="xs">
              <Button variant="default" aria-expanded={showExports} onClick={() => setShowExports((shown) => !shown)}>
                {t('export')}
              </Button>
              <Button
                component={Link}
                to={`/p/${pid}/runs`}
                search={{ version: version.id } as never}
                variant="light"
                c="var(--mantine-color-text)"
              >
                {t('train')}
              </Button>
            </Group>
          )}
        </Group>
        {version.note && <Text>{version.note}</Text>}
        {version.state === 'queued' && version.job && (
          <JobBar
            job={{ ...version.job, title: jobTitle(version.job) }}
            onCancel={mayWork ? () => cancel.mutate(version.job?.id ?? 0) : undefined}
          />
        )}
        {version.state === 'failed' && (
          <Alert color="red" title={t('failed')}>
            {version.job?.message}
          </Alert>
        )}
        {version.state === 'ready' && (
          <Facts
            items={[
              ...COUNTS.map((name): [string, string | null] => {
                const count = version.counts[name]
                return [t(`counts.${name}`), count === undefined ? null : format.number(count)]
              }),
              [t('digest'), <Code key="digest">{version.digest.slice(0, 16)}</Code>],
            ]}
          />
        )}
        {version.state === 'ready' && mayWork && showExports && <Exports pid={pid} version={version} />}
      </Stack>
    </Card>
  )
}
