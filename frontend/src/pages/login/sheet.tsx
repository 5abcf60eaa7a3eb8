import { Modal, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '@/api/session'
import { Kit } from '@/theme/Kit'
import { SignInForm } from './SignInForm'

interface Props {
  onSignedIn: () => void
}

/** Over the page at which a session ended: nothing on the page is lost, and it goes on after signing in. */
export default function SignInSheet(props: Props) {
  return (
    <Kit>
      <Sheet {...props} />
    </Kit>
  )
}

function Sheet({ onSignedIn }: Props) {
  const { t } = useTranslation(['account', 'volunteers'])
  const before = useQueryClient().getQueryData(sessionQuery.queryKey)?.user
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      zIndex={1000}
      title={t(before?.is_volunteer ? 'volunteers:sheet.title' : 'signIn.again')}
    >
      {before?.is_volunteer ? (
        <Text>{t('volunteers:sheet.help')}</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="md">
            {t('signIn.againHelp')}
          </Text>
          <SignInForm
            username={before?.username}
            onSignedIn={(session) => {
              // Another person's page must not keep what the first one had on it.
              if (before && session.user?.id !== before.id) location.assign('/')
              else onSignedIn()
            }}
          />
        </>
      )}
    </Modal>
  )
}
