import { Button, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import type { Account } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { newPassword } from '../login/password'
import { tellDone } from '../tell'

interface Props {
  opened: boolean
  onClose: () => void
  onMade: (account: Account, withPassword: boolean) => void
}

export function NewAccount({ opened, onClose, onMade }: Props) {
  const { t } = useTranslation(['account', 'common'])
  const client = useQueryClient()
  const long = newPassword(t('passwordShort'))
  const form = useForm({
    initialValues: { name: '', username: '', password: '' },
    validate: {
      username: (value) => (value.trim() ? null : t('signIn.usernameMissing')),
      password: (value) => (value ? long(value) : null),
    },
  })
  const make = useMutation({
    mutationFn: ({ name, username, password }: typeof form.values): Promise<Account> =>
      ask(api.POST('/api/accounts', { body: { name, username: username.trim(), ...(password ? { password } : {}) } })),
    onSuccess: (account, { password }) => {
      void client.invalidateQueries({ queryKey: ['accounts'] })
      tellDone(t('accounts.created', { name: account.name }))
      form.reset()
      onMade(account, password !== '')
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('accounts.new')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form noValidate onSubmit={form.onSubmit((values) => make.mutate(values))}>
        <Stack>
          {make.isError && <ErrorState text={errorText(make.error)} />}
          <Text size="sm" c="dimmed">
            {t('accounts.newHelp')}
          </Text>
          <TextInput label={t('name')} data-autofocus maxLength={150} {...form.getInputProps('name')} />
          <TextInput
            label={t('username')}
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('accounts.passwordOptional')}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={make.isPending}>
            {t('accounts.create')}
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
