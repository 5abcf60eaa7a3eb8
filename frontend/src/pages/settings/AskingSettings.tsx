import { Button, NumberInput, Paper, Select, Stack, Switch } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import type { Offers, Project } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { tellDone } from '../tell'
import { MoreVotes } from './MoreVotes'
import { useSaveProject } from './useSaveProject'

/** How many more than usual a disputed picture is asked, where no cap is set; as the server counts. */
const EXTRA_VOTES = 2

/** As the server has them: known pictures before the first is asked, and answers to them before anybody is paused. */
const LEAST_GOLD = 10
const LEAST_ANSWERS = 10

/** A number field's value: text while it is being typed or empty. */
type MaybeNumber = number | string

/** The name of an open setting's value where we have words for it, else the value itself. */
function named(group: 'methods' | 'orders', value: string): string {
  const key = `projects:settings.${group}.${value}`
  return i18next.exists(key) ? i18next.t(key as 'projects:settings.orders.random') : value
}

export function AskingSettings({ project }: { project: Project }) {
  const { t } = useTranslation(['projects', 'common'])
  const offers = useQuery({
    queryKey: ['project', project.id, 'offers'],
    queryFn: (): Promise<Offers> =>
      ask(api.GET('/api/projects/{pid}/offers', { params: { path: { pid: project.id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  }).data ?? { consensus_method: [project.consensus_method], order: [project.order] }
  const form = useForm({
    initialValues: {
      redundancy: project.redundancy,
      holdout_votes: (project.holdout_votes ?? '') as MaybeNumber,
      votes_cap: (project.votes_cap ?? '') as MaybeNumber,
      accept_percent: Math.round(project.accept_confidence * 100),
      consensus_method: project.consensus_method,
      order: project.order,
      show_proposals: project.show_proposals,
      practice_required: project.practice_required,
      gold_percent: Math.round(project.gold_share * 100),
      gold_bar_percent: (project.gold_bar === null ? '' : Math.round(project.gold_bar * 100)) as MaybeNumber,
    },
  })
  const save = useSaveProject(project.id, {
    onSuccess: () => {
      form.resetDirty()
      tellDone(t('settings.saved'))
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  const whole = { min: 1, max: 50, allowDecimal: false, clampBehavior: 'strict', maw: 360 } as const

  return (
    <>
      <MoreVotes pid={project.id} />
      <Paper withBorder p="lg" maw={720}>
        <form
          noValidate
          onSubmit={form.onSubmit(
            ({ accept_percent, holdout_votes, votes_cap, gold_percent, gold_bar_percent, ...values }) =>
              save.mutate({
                ...values,
                gold_share: gold_percent / 100,
                gold_bar: typeof gold_bar_percent === 'number' ? gold_bar_percent / 100 : null,
                accept_confidence: accept_percent / 100,
                holdout_votes: typeof holdout_votes === 'number' ? holdout_votes : null,
                votes_cap: typeof votes_cap === 'number' ? votes_cap : null,
              }),
          )}
        >
          <Stack gap="lg">
            {save.isError && <ErrorState text={errorText(save.error)} />}
            <NumberInput
              label={t('new.redundancy')}
              description={`${t('new.redundancyHelp')} ${t('settings.redundancyLater')}`}
              {...whole}
              {...form.getInputProps('redundancy')}
            />
            <NumberInput
              label={t('settings.holdoutVotes')}
              description={t('settings.holdoutVotesHelp')}
              {...whole}
              {...form.getInputProps('holdout_votes')}
            />
            <NumberInput
              label={t('settings.votesCap')}
              description={t('settings.votesCapHelp', { number: form.values.redundancy + EXTRA_VOTES })}
              {...whole}
              {...form.getInputProps('votes_cap')}
            />
            <NumberInput
              label={t('settings.accept')}
              description={t('settings.acceptHelp')}
              suffix=" %"
              min={50}
              max={100}
              clampBehavior="blur"
              maw={360}
              {...form.getInputProps('accept_percent')}
            />
            <Select
              label={t('settings.method')}
              description={t('settings.methodHelp')}
              data={offers.consensus_method.map((value) => ({ value, label: named('methods', value) }))}
              allowDeselect={false}
              {...form.getInputProps('consensus_method')}
            />
            <Select
              label={t('settings.order')}
              description={t('settings.orderHelp')}
              data={offers.order.map((value) => ({ value, label: named('orders', value) }))}
              allowDeselect={false}
              {...form.getInputProps('order')}
            />
            <Switch
              label={t('settings.proposals')}
              description={t('settings.proposalsHelp')}
              {...form.getInputProps('show_proposals', { type: 'checkbox' })}
            />
            <Switch
              label={t('settings.practice')}
              description={t('settings.practiceHelp')}
              {...form.getInputProps('practice_required', { type: 'checkbox' })}
            />
            <NumberInput
              label={t('settings.gold')}
              description={t('settings.goldHelp', { least: LEAST_GOLD, count: project.counts.gold ?? 0 })}
              suffix=" %"
              min={0}
              max={30}
              allowDecimal={false}
              clampBehavior="blur"
              maw={360}
              {...form.getInputProps('gold_percent')}
            />
            <NumberInput
              label={t('settings.goldBar')}
              description={t('settings.goldBarHelp', { least: LEAST_ANSWERS })}
              suffix=" %"
              min={50}
              max={100}
              allowDecimal={false}
              clampBehavior="blur"
              maw={360}
              {...form.getInputProps('gold_bar_percent')}
            />
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!form.isDirty()}
              style={{ alignSelf: 'flex-start' }}
            >
              {t('common:save')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </>
  )
}
