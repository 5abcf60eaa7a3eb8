import { Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectKey } from '@/api/project'
import type { Batch } from '@/api/types'
import { PageTitle } from '@/components/PageTitle'
import { BatchProgress } from './BatchProgress'
import { type Choice, Choose } from './Choose'
import { PastBatches } from './PastBatches'
import { SendProgress } from './SendProgress'
import type { Uploads } from './uploads'
import { useStartImport } from './useStartImport'
import type { GivenFile } from './walk'

const route = getRouteApi('/inside/shell/p/$pid/import')

interface Running {
  batch: Batch
  uploads: Uploads
  sent: boolean
}

export default function ImportPage() {
  const { t } = useTranslation('data')
  const { pid } = route.useParams()
  const client = useQueryClient()
  const [running, setRunning] = useState<Running | null>(null)
  const sending = running !== null && !running.sent
  const start = useStartImport(pid, {
    onOpened: (batch, uploads) => setRunning({ batch, uploads, sent: false }),
    onSent: () => setRunning((before) => before && { ...before, sent: true }),
  })

  useEffect(() => {
    if (!sending) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [sending])

  function begin(files: readonly GivenFile[], choice: Choice) {
    start.mutate({ files, choice })
  }

  return (
    <>
      <PageTitle title={t('import.title')} lead={t('import.lead')} />
      <Stack gap="xl" maw={920}>
        {!running && <Choose busy={start.isPending} problem={start.error} onStart={begin} />}
        {running && !running.sent && (
          <SendProgress uploads={running.uploads} onGoOn={() => start.finish(running.batch, running.uploads)} />
        )}
        {running?.sent && (
          <BatchProgress
            pid={pid}
            bid={running.batch.id}
            uploads={running.uploads}
            onAgain={() => {
              setRunning(null)
              void client.invalidateQueries({ queryKey: projectKey(pid) })
            }}
          />
        )}
        {!running && (
          <section>
            <Title order={2} fz="h4" mb="sm">
              {t('import.before')}
            </Title>
            <PastBatches pid={pid} />
          </section>
        )}
        <Text size="sm" c="dimmed">
          {t('import.onServer', { pid })}
        </Text>
      </Stack>
    </>
  )
}
