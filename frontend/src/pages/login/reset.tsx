import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import { ErrorState } from '@/components/ErrorState'
import { Outside } from './Outside'
import { newPassword } from './password'

const route = getRouteApi('/outside/reset/$token')

export default function ResetPage() {
  const { t } = useTranslation('account')
  const { token } = route.useParams()
  const form = useForm({ initialValues: { password: '' }, validate: { password: newPassword(t('passwordShort')) } })
  const reset = useMutation({
    mutationFn: (password: string) => ask(api.POST('/api/reset', { body: { token, password } })),
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })

  if (reset.isSuccess) {
    return (
      <Outside title={t('reset.done')}>
        <Stack>
          <Text>{t('reset.doneHelp')}</Text>
          <Button component={Link} to="/login">
            {t('signIn.title')}
          </Button>
        </Stack>
      </Outside>
    )
  }
  return (
    <Outside title={t('reset.title')} lead={t('reset.lead')}>
      <form noValidate onSubmit={form.onSubmit(({ password }) => reset.mutate(password))}>
        <Stack>
          {reset.isError && <ErrorState text={errorText(reset.error)} />}
          <PasswordInput
            label={t('newPassword')}
            description={t('passwordRule')}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={reset.isPending}>
            {t('reset.button')}
          </Button>
        </Stack>
      </form>
    </Outside>
  )
}
