import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { classesQuery } from '@/api/project'
import type { Analysis, Batch, LabelClass } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { Facts } from '@/components/Facts'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { ClassList } from './ClassList'
import { type How, HowTaken } from './HowTaken'
import { asMapping, hasLabels, known, type Meanings, undecided } from './mapping'
import { Problems } from './Problems'
import { analysisQuery, batchesKey, batchQuery } from './queries'

interface Props {
  pid: number
  batch: Batch
  onAway: () => void
}

/** A delivery that was looked at and waits: what is in it, what it shall mean, and the word to take it in. */
export function Found({ pid, batch, onAway }: Props) {
  const analysis = useQuery(analysisQuery(pid, batch.id))
  const own = useQuery(classesQuery(pid))
  const failed = analysis.error ?? own.error
  if (failed) {
    const again = () => Promise.all([analysis.refetch(), own.refetch()])
    return <ErrorState text={errorText(failed)} onRetry={() => void again()} />
  }
  if (!analysis.data || !own.data) return null
  return <Decide pid={pid} batch={batch} analysis={analysis.data} own={own.data} onAway={onAway} />
}

function Decide({ pid, batch, analysis, own, onAway }: Props & { analysis: Analysis; own: LabelClass[] }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const usable = hasLabels(analysis)
  const [meanings, setMeanings] = useState<Meanings>(() => known(analysis.classes))
  const [how, setHow] = useState<How>({
    labels_as: usable ? 'votes' : 'none',
    source_name: batch.source_name || batch.name,
    take_splits: true,
    unsaid_is_empty: false,
  })
  const { commit, discard } = useDecision(pid, batch.id, onAway)
  const labeled = how.labels_as !== 'none'
  const open = labeled ? undecided(analysis.classes, meanings).length : 0
  const nameless = labeled && !how.source_name.trim()
  return (
    <Paper withBorder p="lg">
      <Stack gap="lg">
        <Title order={2} fz="h4" style={{ overflowWrap: 'anywhere' }}>
          {t('import.found.title', {
            name: batch.name || t('import.unnamed', { date: format.date(batch.created_at) }),
          })}
        </Title>
        <Holdings analysis={analysis} />
        {!analysis.fits && analysis.labeled > 0 && (
          <Alert color="orange" variant="light">
            {t(analysis.says === 'boxes' ? 'import.found.boxesHere' : 'import.found.classesHere')}
          </Alert>
        )}
        <Problems problems={analysis.problems} />
        {usable && <HowTaken analysis={analysis} how={how} onChange={(change) => setHow({ ...how, ...change })} />}
        {labeled && analysis.classes.length > 0 && (
          <Stack gap="xs">
            <Title order={3} fz="h5">
              {t('import.found.meanings')}
            </Title>
            <ClassList found={analysis.classes} own={own} meanings={meanings} onChange={setMeanings} />
          </Stack>
        )}
        {commit.isError && <ErrorState text={errorText(commit.error)} />}
        <Group>
          <Button
            size="md"
            loading={commit.isPending}
            disabled={open > 0 || nameless || analysis.pictures === 0}
            onClick={() => commit.mutate({ ...how, mapping: labeled ? asMapping(analysis.classes, meanings) : [] })}
          >
            {t('import.found.take', { count: analysis.pictures, shown: format.number(analysis.pictures) })}
          </Button>
          <ConfirmButton
            size="md"
            variant="default"
            danger
            loading={discard.isPending}
            label={t('import.found.discard')}
            question={t('import.found.discardAsk')}
            onConfirm={() => discard.mutate()}
          />
        </Group>
        {(open > 0 || nameless) && (
          <Text size="sm" c="dimmed" role="status">
            {open > 0 ? t('import.found.firstClasses', { count: open }) : t('import.found.firstSource')}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t('import.found.waits')}
        </Text>
      </Stack>
    </Paper>
  )
}

/** The two ends of a delivery that waits. */
function useDecision(pid: number, bid: number, onAway: () => void) {
  const client = useQueryClient()
  const path = { pid, bid }
  const commit = useMutation({
    mutationFn: (body: How & { mapping: ReturnType<typeof asMapping> }): Promise<Batch> =>
      ask(api.POST('/api/projects/{pid}/batches/{bid}/commit', { params: { path }, body })),
    onSuccess: (batch) => {
      client.setQueryData(batchQuery(pid, bid).queryKey, batch)
      void client.invalidateQueries({ queryKey: classesQuery(pid).queryKey })
    },
  })
  const discard = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/batches/{bid}/cancel', { params: { path } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: batchesKey(pid) })
      onAway()
    },
    onError: (problem) => tellFailed(errorText(problem)),
  })
  return { commit, discard }
}

/** What was found, in figures. */
function Holdings({ analysis }: { analysis: Analysis }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const { splits } = analysis
  const number = (value: number) => value > 0 && format.number(value)
  const sides = [
    splits.train > 0 && t('import.found.train', { shown: format.number(splits.train) }),
    splits.holdout > 0 && t('import.found.holdout', { shown: format.number(splits.holdout) }),
    splits.none > 0 && t('import.found.noSide', { shown: format.number(splits.none) }),
  ].filter(Boolean)
  const layouts = analysis.layouts.map((layout) => t(`import.found.layout_.${layout}`)).join(' · ')
  return (
    <Facts
      items={[
        [t('import.found.layout'), layouts || t('import.found.layoutNone')],
        [t('import.found.pictures'), format.number(analysis.pictures)],
        [t('import.found.labeled'), number(analysis.labeled)],
        [t('import.found.boxes'), number(analysis.boxes)],
        [t('import.found.empty'), number(analysis.empty)],
        [t('import.found.silent'), analysis.layouts.length > 0 && number(analysis.unsaid)],
        [t('import.found.sides'), splits.train + splits.holdout > 0 && sides.join(' · ')],
        [t('import.found.duplicates'), number(analysis.duplicates)],
        [t('import.found.repeated'), number(analysis.repeated)],
      ]}
    />
  )
}
