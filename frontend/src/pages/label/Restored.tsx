import { useTranslation } from 'react-i18next'
import type { Gathering } from '@/kinds/sketch'
import styles from './label.module.css'

/** Says that what is drawn comes from a draft, and takes it back; `at` in milliseconds, null for nothing to say. */
export function Restored({ sketch, at }: { sketch: Gathering | null; at: number | null }) {
  const { t, i18n } = useTranslation('label')
  if (at === null) return null
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(at)
  return (
    <p className={styles.banner} role="status" data-restored>
      {t('restored', { time })}{' '}
      <button
        type="button"
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => sketch?.undo()}
        aria-keyshortcuts="Control+Z"
      >
        {t('restoredUndo')}
      </button>
    </p>
  )
}
