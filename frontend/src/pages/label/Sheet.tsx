import { IconX } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './label.module.css'

interface Props {
  title: string
  wide?: boolean
  onClose: () => void
  onKey?: (event: KeyboardEvent) => void
  onKeyUp?: (event: KeyboardEvent) => void
  children: ReactNode
}

/** A modal sheet over the page: keeps the focus, closes by Escape, gives the focus back. */
export function Sheet({ title, wide = false, onClose, onKey, onKeyUp, children }: Props) {
  const { t } = useTranslation('label')
  const place = useRef<HTMLDialogElement>(null)
  const heading = useId()

  useEffect(() => {
    const dialog = place.current
    if (!dialog) return
    if (dialog.showModal) dialog.showModal()
    else dialog.setAttribute('open', '')
    dialog.focus()
    return () => dialog.close?.()
  }, [])

  return (
    <dialog
      ref={place}
      className={styles.sheet}
      data-wide={wide || undefined}
      aria-labelledby={heading}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') {
          event.preventDefault()
          onClose()
        } else onKey?.(event)
      }}
      onKeyUp={onKeyUp}
      onMouseDown={(event) => {
        if (event.target === place.current) onClose()
      }}
    >
      <div className={styles.sheetBody}>
        <header className={styles.sheetHead}>
          <h2 id={heading}>{title}</h2>
          <button type="button" className={styles.tool} onClick={onClose} aria-label={t('close')}>
            <IconX size={18} aria-hidden />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
