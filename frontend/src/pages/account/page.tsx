import { Button, Checkbox, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import { sessionQuery, useUser } from '@/api/session'
import { tokensQuery } from '@/api/tokens'
import type { Session } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { newPassword } from '../login/password'
import { tellDone } from '../tell'
import { AppearanceFields } from './AppearanceFields'
import { Tokens } from './Tokens'
import { VolunteerAccount } from './VolunteerAccount'

export default function AccountPage() {
  const { t } = useTranslation(['account', 'volunteers', 'tokens'])
  const user = useUser()
  if (user.is_volunteer)
    return (
      <VolunteerAccount name={user.name} form={<NameForm name={user.name} help={t('volunteers:join.nameHelp')} />} />
    )
  return (
    <Stack maw={560} gap="lg">
      <PageTitle title={t('account.title')} lead={t('account.signedInAs', { username: user.username })} />
      <Paper withBorder p="lg">
        <Title order={2} fz="h4" mb="md">
          {t('account.you')}
        </Title>
        <Stack>
          <NameForm name={user.name} help={t('nameHelp')} />
          <AppearanceFields />
        </Stack>
      </Paper>
      <Paper withBorder p="lg">
        <Title order={2} fz="h4" mb="md">
          {t('account.changePassword')}
        </Title>
        <PasswordForm />
      </Paper>
      <Paper withBorder p="lg">
        <Title order={2} fz="h4" mb="md">
          {t('tokens:title')}
        </Title>
        <Tokens />
      </Paper>
    </Stack>
  )
}

function NameForm({ name, help }: { name: string; help: string }) {
  const { t } = useTranslation(['account', 'common'])
  const client = useQueryClient()
  const form = useForm({ initialValues: { name } })
  const save = useMutation({
    mutationFn: (body: { name: string }): Promise<Session> => ask(api.PATCH('/api/session', { body })),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session)
      form.resetDirty()
      tellDone(t('account.saved'))
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap="sm" align="flex-start">
        {save.isError && <ErrorState text={errorText(save.error)} />}
        <TextInput
          w="100%"
          label={t('name')}
          description={help}
          autoComplete="name"
          maxLength={150}
          {...form.getInputProps('name')}
        />
        <Button type="submit" variant="default" loading={save.isPending} disabled={!form.isDirty()}>
          {t('common:save')}
        </Button>
      </Stack>
    </form>
  )
}

function PasswordForm() {
  const { t } = useTranslation('account')
  const client = useQueryClient()
  const form = useForm({
    initialValues: { old: '', new: '', keep_tokens: false },
    validate: {
      old: (value) => (value ? null : t('signIn.passwordMissing')),
      new: newPassword(t('passwordShort')),
    },
  })
  const change = useMutation({
    mutationFn: (body: typeof form.values) => ask(api.POST('/api/session/password', { body })),
    onSuccess: () => {
      form.reset()
      void client.invalidateQueries({ queryKey: tokensQuery().queryKey })
      tellDone(t('account.passwordChanged'))
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  const eye = { 'aria-label': t('showPassword') }
  return (
    <form noValidate onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <Stack align="flex-start">
        {change.isError && <ErrorState text={errorText(change.error)} />}
        <Text size="sm" c="dimmed">
          {t('passwordRule')}
        </Text>
        <PasswordInput
          w="100%"
          label={t('oldPassword')}
          autoComplete="current-password"
          required
          visibilityToggleButtonProps={eye}
          {...form.getInputProps('old')}
        />
        <PasswordInput
          w="100%"
          label={t('newPassword')}
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={eye}
          {...form.getInputProps('new')}
        />
        <Checkbox
          label={t('account.keepTokens')}
          description={t('account.keepTokensHelp')}
          {...form.getInputProps('keep_tokens', { type: 'checkbox' })}
        />
        <Button type="submit" loading={change.isPending}>
          {t('account.changePassword')}
        </Button>
      </Stack>
    </form>
  )
}
