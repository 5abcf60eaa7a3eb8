import { Text } from '@mantine/core'
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Outside } from './Outside'
import { SignInForm } from './SignInForm'
import { usePreferences } from './usePreferences'

const route = getRouteApi('/outside/login')

export default function LoginPage() {
  const { t } = useTranslation('account')
  const { next } = route.useSearch()
  const navigate = useNavigate()
  const router = useRouter()
  const applyPreferences = usePreferences()
  return (
    <Outside title={t('signIn.title')}>
      <SignInForm
        onSignedIn={(session) => {
          applyPreferences(session.user)
          if (next) router.history.push(next)
          else void navigate({ to: '/' })
        }}
      />
      <Text size="sm" c="dimmed" mt="md">
        {t('signIn.forgotten')}
      </Text>
    </Outside>
  )
}
