import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Sheet } from '../label/Sheet'
import styles from './review.module.css'

/** Asks people again, with a word on why. */
export function SendBack({ onSend, onClose }: { onSend: (note: string) => void; onClose: () => void }) {
  const { t } = useTranslation('review')
  const [note, setNote] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <Sheet title={t('sendBack.title')} onClose={onClose}>
      <form
        className={styles.note}
        onSubmit={(event) => {
          event.preventDefault()
          onSend(note.trim())
        }}
      >
        <label htmlFor="send-back-note">{t('sendBack.note')}</label>
        <textarea
          id="send-back-note"
          ref={field}
          rows={3}
          maxLength={1000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            onSend(note.trim())
          }}
        />
        <button type="submit" className={styles.accept}>
          <kbd aria-hidden>↵</kbd>
          {t('sendBack.send')}
        </button>
      </form>
    </Sheet>
  )
}
