import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import { sessionQuery } from '@/api/session'
import type { InvitationOffer, Session } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Outside } from './Outside'
import { newPassword } from './password'

const route = getRouteApi('/outside/invitation/$token')

export default function InvitationPage() {
  const { t } = useTranslation(['account', 'common'])
  const { token } = route.useParams()
  const session = useQuery(sessionQuery)
  const offer = useQuery({
    queryKey: ['invitation', token],
    queryFn: (): Promise<InvitationOffer> => ask(api.GET('/api/invitations/{token}', { params: { path: { token } } })),
  })

  if (offer.isError) {
    return (
      <Outside title={t('invitation.bad')} lead={t('invitation.badHelp')}>
        <ErrorState text={errorText(offer.error)} />
      </Outside>
    )
  }
  if (!offer.data || !session.data) return <Outside title={t('invitation.opening')}>{null}</Outside>
  const role = t(`common:role.${offer.data.role}`)
  return (
    <Outside title={t('invitation.title', { project: offer.data.project_name })} lead={t('invitation.lead', { role })}>
      <Join token={token} offer={offer.data} session={session.data} />
    </Outside>
  )
}

function Join({ token, offer, session }: { token: string; offer: InvitationOffer; session: Session }) {
  const { t } = useTranslation(['account', 'common'])
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { name: '', username: '', password: '' },
    validate: offer.needs_account
      ? {
          username: (value) => (value.trim() ? null : t('signIn.usernameMissing')),
          password: newPassword(t('passwordShort')),
        }
      : {},
  })
  const join = useMutation({
    mutationFn: (body: { name?: string; username?: string; password?: string }): Promise<Session> =>
      ask(api.POST('/api/invitations/{token}', { params: { path: { token } }, body })),
    onSuccess: async (joined) => {
      client.setQueryData(sessionQuery.queryKey, joined)
      await client.invalidateQueries({ queryKey: ['projects'] })
      await navigate({ to: '/' })
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) =>
        join.mutate(offer.needs_account ? { ...values, username: values.username.trim() } : {}),
      )}
    >
      <Stack>
        {join.isError && <ErrorState text={errorText(join.error)} />}
        {offer.needs_account ? (
          <>
            <TextInput
              label={t('name')}
              description={t('nameHelp')}
              autoComplete="name"
              {...form.getInputProps('name')}
            />
            <TextInput
              label={t('username')}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label={t('password')}
              description={t('passwordRule')}
              autoComplete="new-password"
              required
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              {...form.getInputProps('password')}
            />
          </>
        ) : (
          <Text>{t('invitation.as', { name: session.user?.name ?? '' })}</Text>
        )}
        <Button type="submit" size="md" loading={join.isPending}>
          {offer.needs_account ? t('invitation.create') : t('invitation.join')}
        </Button>
        {offer.needs_account && (
          <Text size="sm">
            <Link
              to="/login"
              search={{ next: `/invitation/${token}` }}
              style={{ color: 'var(--mantine-color-anchor)' }}
            >
              {t('invitation.haveAccount')}
            </Link>
          </Text>
        )}
      </Stack>
    </form>
  )
}
