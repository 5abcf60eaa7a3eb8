import { Alert, Button, Group, Text } from '@mantine/core'
import { IconWifiOff } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '@/api/errors'
import { errorText } from '@/api/errors'
import { useFormat } from '@/i18n/format'

interface Props {
  waiting: { problem: ApiError; until: number }
  onTryNow: () => void
}

/** Why nothing is being sent, when the next try is, and the button that does not wait for it. */
export function WaitingForLine({ waiting: { problem, until }, onTryNow }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(clock)
  }, [])
  const seconds = Math.max(0, Math.ceil((until - now) / 1000))
  return (
    <Alert color="orange" variant="light" icon={<IconWifiOff aria-hidden />}>
      <Text fw={600}>{t('import.line.waiting')}</Text>
      <Text size="sm" role="status">
        {errorText(problem)} {t('import.line.byItself')}
      </Text>
      <Group mt="sm">
        <Button size="xs" onClick={onTryNow}>
          {t('import.line.now')}
        </Button>
        <Text size="sm">
          {seconds > 0 ? t('import.line.next', { time: format.duration(seconds) }) : t('import.line.trying')}
        </Text>
      </Group>
    </Alert>
  )
}
