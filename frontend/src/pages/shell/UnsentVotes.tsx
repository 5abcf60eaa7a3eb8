import { Button, Group, Modal, Text } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** Sends what this person's earlier visits left on this device, on whatever page they are. */
export function useUnsentVotes(user: number): void {
  useEffect(() => {
    void sendIfAny(user)
  }, [user])
}

/** Sends what waits and gives the number of votes that could not be sent; loads nothing where nothing waits. */
export async function sendIfAny(user: number): Promise<number> {
  const { pendingVotes } = await import('@/store/outbox')
  if ((await pendingVotes(user).catch(() => 0)) === 0) return 0
  const { sendPending } = await import('../label/sending')
  return sendPending(user)
}

interface Props {
  number: number
  onStay: () => void
  onLeave: () => void
}

/** Before signing out with votes that could not be sent: what becomes of them, and the choice. */
export function UnsentVotes({ number, onStay, onLeave }: Props) {
  const { t } = useTranslation('label')
  return (
    <Modal opened onClose={onStay} centered title={t('signOut.title', { number })}>
      <Text size="sm" mb="md">
        {t('signOut.help')}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onLeave}>
          {t('signOut.leave')}
        </Button>
        <Button onClick={onStay} data-autofocus>
          {t('signOut.stay')}
        </Button>
      </Group>
    </Modal>
  )
}
