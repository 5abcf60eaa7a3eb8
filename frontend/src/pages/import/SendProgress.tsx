import { Alert, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { FileList } from './FileList'
import type { Uploads } from './uploads'
import { WaitingForLine } from './WaitingForLine'

interface Props {
  uploads: Uploads
  /** Ends the sending with what has arrived. */
  onGoOn: () => void
  /** Leaves a delivery into which nothing can be sent any more. */
  onOver: () => void
}

/** The sending of files from this browser: in all, and each. */
export function SendProgress({ uploads, onGoOn, onOver }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  useSyncExternalStore(uploads.subscribe, () => uploads.version)
  const failed = uploads.count('failed')
  const here = uploads.count('here')
  const done = uploads.count('received') + uploads.count('refused') + here
  const { waiting } = uploads
  const share = uploads.totalBytes > 0 ? uploads.bytesSent / uploads.totalBytes : 1

  return (
    <Paper withBorder p="lg">
      <Stack>
        <Group justify="space-between">
          <Title order={2} fz="h4">
            {t('import.sending')}
          </Title>
          {!uploads.finished && (
            <ConfirmButton
              size="xs"
              variant="default"
              label={t('import.stop')}
              question={t('import.stopAsk')}
              confirm={t('import.stop')}
              onConfirm={onGoOn}
            />
          )}
        </Group>
        <Progress.Root size="lg">
          <Progress.Section value={share * 100} aria-label={t('import.sentBar')} />
        </Progress.Root>
        <Text size="sm" c="dimmed" role="status">
          {t('import.sent', {
            done: format.number(done),
            total: format.number(uploads.files.length),
            bytes: format.bytes(uploads.bytesSent),
            allBytes: format.bytes(uploads.totalBytes),
          })}
        </Text>
        {here > 0 && (
          <Text size="sm">
            {t('import.resume.here', { here: format.number(here), total: format.number(uploads.files.length) })}
          </Text>
        )}
        {waiting && <WaitingForLine waiting={waiting} onTryNow={uploads.tryNow} />}
        {!uploads.finished && <Text size="sm">{t('import.leave')}</Text>}
        {uploads.over && (
          <Stack gap="sm" align="flex-start">
            <ErrorState text={errorText(uploads.over)} />
            <Button size="xs" onClick={onOver}>
              {t('import.again')}
            </Button>
          </Stack>
        )}
        {uploads.finished && failed > 0 && (
          <Alert color="orange" variant="light" role="alert">
            <Stack gap="sm" align="flex-start">
              <Text size="sm">{t('import.failed', { count: failed })}</Text>
              <Group>
                <Button
                  size="xs"
                  onClick={() =>
                    void uploads.run().then(() => {
                      if (uploads.count('failed') === 0) onGoOn()
                    })
                  }
                >
                  {t('import.resend')}
                </Button>
                <Button size="xs" variant="default" onClick={onGoOn}>
                  {t('import.goOn')}
                </Button>
              </Group>
            </Stack>
          </Alert>
        )}
        <FileList files={uploads.files} />
      </Stack>
    </Paper>
  )
}
