import { Button, Text } from '@mantine/core'
import { IconPhotoUp } from '@tabler/icons-react'
import { type ChangeEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './try.module.css'

interface Props {
  onPictures: (files: File[]) => void
}

/** Where pictures are dropped, chosen, or pasted from anywhere on the page. */
export function PictureZone({ onPictures }: Props) {
  const { t } = useTranslation('tryout')
  const [over, setOver] = useState(false)
  const chooser = useRef<HTMLInputElement>(null)

  useEffect(() => {
    function onPaste(event: ClipboardEvent) {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      onPictures(files)
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [onPictures])

  function onChosen(event: ChangeEvent<HTMLInputElement>) {
    onPictures([...(event.currentTarget.files ?? [])])
    event.currentTarget.value = ''
  }

  return (
    <section
      className={styles.zone}
      aria-label={t('zone')}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        onPictures([...event.dataTransfer.files])
      }}
    >
      <Text fw={600} fz="lg">
        {t(over ? 'dropNow' : 'drop')}
      </Text>
      <Button leftSection={<IconPhotoUp size={18} aria-hidden />} onClick={() => chooser.current?.click()}>
        {t('choose')}
      </Button>
      <Text size="sm" c="dimmed">
        {t('kept')}
      </Text>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        data-testid="pictures"
        accept="image/jpeg,image/png,image/webp,image/gif"
        onChange={onChosen}
      />
    </section>
  )
}
