import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { sessionQuery } from '@/api/session'
import type { Session } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'

interface Props {
  username?: string
  onSignedIn: (session: Session) => void
}

/** Name and password; the session that comes back is kept before `onSignedIn` is told. */
export function SignInForm({ username = '', onSignedIn }: Props) {
  const { t } = useTranslation('account')
  const client = useQueryClient()
  const form = useForm({
    initialValues: { username, password: '' },
    validate: {
      username: (value) => (value.trim() ? null : t('signIn.usernameMissing')),
      password: (value) => (value ? null : t('signIn.passwordMissing')),
    },
  })
  const signIn = useMutation({
    mutationFn: (body: { username: string; password: string }) => ask(api.POST('/api/session/sign-in', { body })),
    onSuccess: (session: Session) => {
      client.setQueryData(sessionQuery.queryKey, session)
      onSignedIn(session)
    },
    onError: () => form.setFieldValue('password', ''),
  })

  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => signIn.mutate({ ...values, username: values.username.trim() }))}
    >
      <Stack>
        {signIn.isError && <ErrorState text={errorText(signIn.error)} />}
        <TextInput
          label={t('username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          data-autofocus={username ? undefined : true}
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          required
          data-autofocus={username ? true : undefined}
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={signIn.isPending}>
          {t('signIn.button')}
        </Button>
      </Stack>
    </form>
  )
}
