import { Stack, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectKey } from '@/api/project'
import { PageTitle } from '@/components/PageTitle'
import { Choose } from './Choose'
import { Delivery } from './Delivery'
import { PastBatches } from './PastBatches'
import { unfinishedQuery } from './queries'
import { SendProgress } from './SendProgress'
import { sendings, useSending } from './sending'
import { Unfinished } from './Unfinished'
import { useStartImport } from './useStartImport'

const route = getRouteApi('/inside/shell/p/$pid/import')

export default function ImportPage() {
  const { t } = useTranslation('data')
  const { pid } = route.useParams()
  const client = useQueryClient()
  const sending = useSending(pid)
  // A delivery that had arrived before and is gone on with.
  const [chosen, setChosen] = useState<number | null>(null)
  const start = useStartImport(pid)
  const broken = useQuery({ ...unfinishedQuery(pid), enabled: !sending })
  const unfinished = broken.data?.items ?? []
  const bid = sending?.sent ? sending.bid : chosen

  function away() {
    sendings.remove(pid)
    setChosen(null)
    void client.invalidateQueries({ queryKey: projectKey(pid) })
  }

  return (
    <>
      <PageTitle title={t('import.title')} lead={t('import.lead')} />
      <Stack gap="xl" maw={920}>
        {sending && !sending.sent ? (
          <SendProgress
            uploads={sending.uploads}
            onGoOn={() => void start.finish(sending.bid, sending.uploads)}
            onOver={away}
          />
        ) : bid !== null ? (
          <Delivery pid={pid} bid={bid} refusedHere={sending?.uploads.count('refused') ?? 0} onAway={away} />
        ) : (
          <>
            <Unfinished pid={pid} uploads={unfinished} />
            <Choose
              pid={pid}
              unfinished={unfinished}
              busy={start.isPending}
              problem={start.error}
              onStart={(files, choice, goOn) => start.mutate({ files, choice, goOn })}
            />
            <section>
              <Title order={2} fz="h4" mb="sm">
                {t('import.before')}
              </Title>
              <PastBatches pid={pid} apart={unfinished.map(({ id }) => id)} onGoOn={setChosen} />
            </section>
          </>
        )}
        <Text size="sm" c="dimmed">
          {t('import.onServer', { pid })}
        </Text>
      </Stack>
    </>
  )
}
