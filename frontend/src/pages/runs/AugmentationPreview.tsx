import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { PreviewPicture } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import styles from './AugmentationPreview.module.css'
import type { Changes } from './Options'

interface Props {
  pid: number
  version: number
  preset: string
  changes: Changes
}

/** Some training pictures as they are and as the first epochs would see them, made when asked for. */
export function AugmentationPreview({ pid, version, preset, changes }: Props) {
  const { t } = useTranslation('training')
  const preview = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/projects/{pid}/training/preview', {
          params: { path: { pid } },
          body: { version, preset, config: changes },
        }),
      ),
  })
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw="70ch">
        {t('preview.help')}
      </Text>
      <Group>
        <Button variant="default" disabled={preview.isPending} onClick={() => preview.mutate()}>
          {t('preview.button')}
        </Button>
        <Group gap="xs" role="status">
          {preview.isPending && (
            <>
              <Loader size="sm" aria-hidden />
              <Text size="sm">{t('preview.working')}</Text>
            </>
          )}
        </Group>
      </Group>
      {preview.isError && <ErrorState text={errorText(preview.error)} onRetry={() => preview.mutate()} />}
      {preview.data && <Pictures pictures={preview.data.pictures} />}
    </Stack>
  )
}

function Pictures({ pictures }: { pictures: PreviewPicture[] }) {
  const { t } = useTranslation('training')
  // One line for each picture: as it is, then one epoch after the other.
  const lines = [...pictures].sort((a, b) => a.picture - b.picture || a.epoch - b.epoch)
  const said = ({ epoch, boxes }: PreviewPicture) => {
    const when = epoch === 0 ? t('preview.asItIs') : t('preview.epoch', { epoch })
    return boxes > 0 ? `${when}, ${t('preview.boxes', { boxes })}` : when
  }
  return (
    <ul className={styles.grid} aria-label={t('preview.title')}>
      {lines.map((one) => (
        <li key={one.url}>
          <img src={one.url} alt={t('preview.picture', { number: one.picture + 1, said: said(one) })} />
          <span aria-hidden="true">{said(one)}</span>
        </li>
      ))}
    </ul>
  )
}
