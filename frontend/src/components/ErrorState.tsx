import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

interface Props {
  /** What happened, in the reader's language. */
  text: string
  onRetry?: () => void
}

/** A part of a page that could not be shown or done, and the button that tries again. */
export function ErrorState({ text, onRetry }: Props) {
  const { t } = useTranslation()
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('again')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
