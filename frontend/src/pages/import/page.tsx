import { Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectKey } from '@/api/project'
import { PageTitle } from '@/components/PageTitle'
import { type Choice, Choose } from './Choose'
import { Delivery } from './Delivery'
import { PastBatches } from './PastBatches'
import { SendProgress } from './SendProgress'
import type { Uploads } from './uploads'
import { useStartImport } from './useStartImport'
import type { GivenFile } from './walk'

const route = getRouteApi('/inside/shell/p/$pid/import')

/** The delivery on the page; without uploads one that had arrived before. */
interface Running {
  bid: number
  uploads: Uploads | null
}

export default function ImportPage() {
  const { t } = useTranslation('data')
  const { pid } = route.useParams()
  const client = useQueryClient()
  const [running, setRunning] = useState<Running | null>(null)
  const [sending, setSending] = useState(false)
  const start = useStartImport(pid, {
    onOpened: (batch, uploads) => {
      setRunning({ bid: batch.id, uploads })
      setSending(true)
    },
    onSent: () => setSending(false),
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
        {sending && running?.uploads && (
          <SendProgress
            uploads={running.uploads}
            onGoOn={() => running.uploads && start.finish(running.bid, running.uploads)}
          />
        )}
        {!sending && running && (
          <Delivery
            pid={pid}
            bid={running.bid}
            refusedHere={running.uploads?.count('refused') ?? 0}
            onAway={() => {
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
            <PastBatches pid={pid} onGoOn={(bid) => setRunning({ bid, uploads: null })} />
          </section>
        )}
        <Text size="sm" c="dimmed">
          {t('import.onServer', { pid })}
        </Text>
      </Stack>
    </>
  )
}
