import { Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/i18n/format'
import type { Broken } from './useStartImport'

interface Props {
  broken: Broken
  busy: boolean
  onGoOn: () => void
  /** Everything is to be sent as a delivery of its own. */
  onAnew: () => void
}

/** The chosen files belong to an upload that broke off: what is here, and the button that sends the rest. */
export function GoOn({ broken: { upload, plan }, busy, onGoOn, onAnew }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const count = plan.missing.size
  const shown = format.number(count)
  const name = upload.name || t('import.unnamed', { date: format.date(upload.created_at) })
  return (
    <Stack gap="sm">
      <Text fw={600} role="status">
        {t('import.resume.here', { here: format.number(plan.here), total: format.number(plan.here + count) })}
      </Text>
      <Text size="sm">
        {t(count > 0 ? 'import.resume.belong' : 'import.resume.belongWhole', {
          name,
          bytes: format.bytes(plan.missingBytes - plan.heldBytes),
        })}
      </Text>
      <Group>
        <Button size="md" loading={busy} onClick={onGoOn}>
          {count > 0 ? t('import.resume.send', { count, shown }) : t('import.resume.complete')}
        </Button>
        <Button variant="default" disabled={busy} onClick={onAnew}>
          {t('import.resume.anew')}
        </Button>
      </Group>
    </Stack>
  )
}
