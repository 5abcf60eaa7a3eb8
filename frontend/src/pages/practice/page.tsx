import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { practiceQuery } from '@/api/practice'
import type { PracticeState } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { KINDS } from '@/kinds'
import { guideQuery } from '../label/guide'
import { Round } from './Round'
import { type Answered, Score } from './Score'

/** Ten pictures whose answer is known: after each one sees whether one was right, and why. */
export default function PracticePage() {
  const { t } = useTranslation('volunteers')
  const pid = Number(useParams({ strict: false }).pid)
  const client = useQueryClient()
  const classes = useSuspenseQuery(guideQuery(pid)).data.classes
  const state = useQuery(practiceQuery(pid))
  const [answered, setAnswered] = useState<readonly Answered[] | null>(null)
  const begin = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/desk/practice', { params: { path: { pid } } })),
    onSuccess: () => setAnswered(null),
  })
  const round = begin.data
  const kind = KINDS[round?.kind ?? '']

  const finish = (all: readonly Answered[]) => {
    setAnswered(all)
    void client.invalidateQueries({ queryKey: practiceQuery(pid).queryKey })
  }
  if (round && kind && answered === null && !begin.isPending) {
    return <Round key={round.id} pid={pid} round={round} kind={kind} classes={classes} onEnd={finish} />
  }
  return (
    <>
      <PageTitle title={t('practice.title')} />
      {state.isError && <ErrorState text={errorText(state.error)} onRetry={() => void state.refetch()} />}
      {begin.isError && <ErrorState text={errorText(begin.error)} />}
      {answered && <Score answered={answered} />}
      {state.data && (
        <Intro
          pid={pid}
          state={state.data}
          again={answered !== null}
          busy={begin.isPending}
          onBegin={() => begin.mutate()}
        />
      )}
    </>
  )
}

interface IntroProps {
  pid: number
  state: PracticeState
  /** A practice has just been finished. */
  again: boolean
  busy: boolean
  onBegin: () => void
}

function Intro({ pid, state, again, busy, onBegin }: IntroProps) {
  const { t } = useTranslation('volunteers')
  const label = (variant: 'filled' | 'default', text: string) => (
    <Button component={Link} to={`/p/${pid}/label`} size="md" variant={variant}>
      {text}
    </Button>
  )
  if (!state.enough) {
    return (
      <EmptyState icon={<IconBulb size={28} />} title={t('practice.few')} action={label('filled', t('practice.label'))}>
        {t('practice.fewHelp')}
      </EmptyState>
    )
  }
  const practise = (
    <Button size="md" variant={again ? 'default' : 'filled'} loading={busy} onClick={onBegin}>
      {t(again || state.last ? 'practice.again' : 'practice.begin')}
    </Button>
  )
  if (again) {
    return (
      <Group>
        {label('filled', t('practice.label'))}
        {practise}
      </Group>
    )
  }
  return (
    <Paper withBorder p="lg" radius="lg" maw={640}>
      <Stack align="flex-start">
        <Text>{t('practice.lead', { count: state.known })}</Text>
        {state.required && <Text fw={600}>{t('practice.required')}</Text>}
        {state.last && <Text c="dimmed">{t('practice.last', state.last)}</Text>}
        <Group>
          {practise}
          {!state.required && label('default', t(state.last ? 'practice.label' : 'practice.skip'))}
        </Group>
      </Stack>
    </Paper>
  )
}
