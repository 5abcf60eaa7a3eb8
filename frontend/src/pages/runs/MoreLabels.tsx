import { Anchor, Button, Card, Group, List, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { costOf, curvesQuery, SEEDS, SHARES } from '@/api/curves'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import type { Run } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'

/** Asks for the learning curve of a run that has ended, with its cost before it begins, and leads to earlier ones. */
export function MoreLabels({ pid, run }: { pid: number; run: Run }) {
  const { t } = useTranslation('gain')
  const format = useFormat()
  const navigate = useNavigate()
  const [seeds, setSeeds] = useState(1)
  const project = useQuery(projectQuery(pid))
  const curves = useQuery(curvesQuery(pid))
  const start = useMutation({
    mutationFn: () =>
      ask(api.POST('/api/projects/{pid}/curves', { params: { path: { pid } }, body: { run: run.id, seeds } })),
    onSuccess: (made) => navigate({ to: '/p/$pid/curves/$cid', params: { pid, cid: made.id } }),
  })
  const mine = curves.data?.items.filter((curve) => curve.run === run.id) ?? []
  const mayAsk = project.data?.actions.includes('work') && run.state === 'finished' && !isPart(run)
  if (!mayAsk && mine.length === 0) return null
  const cost = costOf(run, seeds)
  return (
    <Card withBorder component="section" aria-labelledby="more-heading">
      <Stack gap="sm" align="flex-start">
        <Title order={2} fz="md" id="more-heading">
          {t('ask')}
        </Title>
        {mayAsk && (
          <>
            <Text maw="75ch">{t('askHelp', { shares: SHARES.map((share) => format.percent(share)).join(', ') })}</Text>
            <NativeSelect
              label={t('seeds')}
              description={t('seedsHelp')}
              data={SEEDS.map(String)}
              value={String(seeds)}
              onChange={(event) => setSeeds(Number(event.currentTarget.value))}
            />
            <Text role="status">
              {cost.seconds === null
                ? t('costUnknown', { count: cost.trainings })
                : t('cost', { count: cost.trainings, time: format.duration(cost.seconds) })}
            </Text>
            {start.isError && <ErrorState text={errorText(start.error)} />}
            <Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
              {t('start')}
            </Button>
          </>
        )}
        {mine.length > 0 && (
          <Group gap="xs" align="flex-start">
            <Text fw={600}>{t('earlier')}:</Text>
            <List>
              {mine.map((curve) => (
                <List.Item key={curve.id}>
                  <Anchor component={Link} to={`/p/${pid}/curves/${curve.id}`} underline="always">
                    {format.date(curve.created_at)}
                  </Anchor>{' '}
                  {t('progress', { done: curve.done, total: curve.total })}
                </List.Item>
              ))}
            </List>
          </Group>
        )}
      </Stack>
    </Card>
  )
}

/** Whether the run learned from a part only, as the points of a curve do. */
function isPart(run: Run): boolean {
  return Number(run.config.train_share ?? 1) < 1
}
