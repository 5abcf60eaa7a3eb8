import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { ApiError, errorText } from '@/api/errors'
import { practiceQuery } from '@/api/practice'
import { sessionQuery } from '@/api/session'
import type { VolunteerOffer } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Outside } from './Outside'

const route = getRouteApi('/outside/join/$token')
const LONGEST_NAME = 40

/** What an open link leads to: a name, and the first picture. */
export default function JoinPage() {
  const { t } = useTranslation('volunteers')
  const { token } = route.useParams()
  const offer = useQuery({
    queryKey: ['volunteer-link', token],
    queryFn: (): Promise<VolunteerOffer> =>
      ask(api.GET('/api/volunteer-links/{token}', { params: { path: { token } } })),
  })
  if (offer.isError) {
    return (
      <Outside title={t('join.bad')} lead={t('join.badHelp')}>
        <ErrorState text={errorText(offer.error)} />
      </Outside>
    )
  }
  if (!offer.data) return <Outside title={t('join.opening')}>{null}</Outside>
  const { project_name, description, who, name } = offer.data
  return (
    <Outside title={t('join.title', { project: project_name })} lead={description || t('join.lead')}>
      {who === 'account' ? (
        <WithAccount name={name ?? ''} project={offer.data.project} />
      ) : (
        <Come token={token} name={who === 'volunteer' ? name : null} />
      )}
    </Outside>
  )
}

/** Whoever has an account keeps it: an open link gives less than any role. */
function WithAccount({ name, project }: { name: string; project: number | null }) {
  const { t } = useTranslation('volunteers')
  if (project === null) return <Text>{t('join.account', { name })}</Text>
  return (
    <Stack>
      <Text>{t('join.inside', { name })}</Text>
      <Button component={Link} to={`/p/${project}/label`} size="md">
        {t('join.toLabel')}
      </Button>
    </Stack>
  )
}

function Come({ token, name }: { token: string; name: string | null }) {
  const { t } = useTranslation(['volunteers', 'account'])
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { name: '' },
    validate: name === null ? { name: (value) => (value.trim() ? null : t('join.nameMissing')) } : {},
  })
  const come = useMutation({
    mutationFn: (body: { name?: string }) =>
      ask(api.POST('/api/volunteer-links/{token}', { params: { path: { token } }, body })),
    onSuccess: async ({ session, project }) => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, session)
      // A practice that cannot be asked for must not keep anybody from the pictures.
      const practice = await client.fetchQuery(practiceQuery(project)).catch(() => null)
      await navigate({ to: practice?.offered || practice?.required ? `/p/${project}/practice` : `/p/${project}/label` })
    },
    onError: (problem) => form.setErrors({ name: nameProblem(problem, t) }),
  })
  return (
    <form noValidate onSubmit={form.onSubmit((values) => come.mutate(name === null ? values : {}))}>
      <Stack>
        {come.isError && !nameProblem(come.error, t) && <ErrorState text={errorText(come.error)} />}
        {name === null && (
          <TextInput
            label={t('join.name')}
            description={t('join.nameHelp')}
            size="md"
            autoComplete="nickname"
            maxLength={LONGEST_NAME}
            required
            data-autofocus
            {...form.getInputProps('name')}
          />
        )}
        <Button type="submit" size="lg" loading={come.isPending}>
          {name === null ? t('join.start') : t('join.goOn', { name })}
        </Button>
        <Text size="sm" c="dimmed">
          {t('join.kept')}
        </Text>
        {name === null && (
          <Anchor component={Link} to="/login" size="sm">
            {t('account:invitation.haveAccount')}
          </Anchor>
        )}
      </Stack>
    </form>
  )
}

/** Why a name was refused, in words that stand beside it. */
function nameProblem(problem: unknown, t: TFunction<['volunteers', 'account']>): string | null {
  if (!(problem instanceof ApiError) || problem.code !== 'bad_name') return null
  const reason = problem.data.reason
  return t(`join.nameReasons.${reason === 'long' || reason === 'empty' ? reason : 'characters'}`)
}
