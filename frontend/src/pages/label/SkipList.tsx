import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './label.module.css'
import { Sheet } from './Sheet'

const REASONS = ['later', 'rules', 'rather_not'] as const

/** Why this picture is skipped: a digit takes a reason, K skips without one. */
export function SkipList({ onSkip, onClose }: { onSkip: (reason: string) => void; onClose: () => void }) {
  const { t } = useTranslation('label')
  const [other, setOther] = useState('')
  return (
    <Sheet
      title={t('skip.title')}
      onClose={onClose}
      onKey={(event) => {
        if (event.target instanceof HTMLInputElement || event.nativeEvent.isComposing) return
        const reason = REASONS[Number(event.key) - 1]
        if (reason) onSkip(reason)
        else if (event.key.toLowerCase() === 'k') onSkip('')
        else return
        event.preventDefault()
      }}
    >
      <p className={styles.help}>{t('skip.help')}</p>
      <div className={styles.reasons}>
        {REASONS.map((reason, place) => (
          <button key={reason} type="button" className={styles.reason} onClick={() => onSkip(reason)}>
            <kbd aria-hidden>{place + 1}</kbd>
            {t(`skip.${reason}`)}
          </button>
        ))}
        <button type="button" className={styles.reason} onClick={() => onSkip('')}>
          <kbd aria-hidden>K</kbd>
          {t('skip.none')}
        </button>
      </div>
      <form
        className={styles.otherReason}
        onSubmit={(event) => {
          event.preventDefault()
          onSkip(other.trim())
        }}
      >
        <input
          value={other}
          maxLength={200}
          onChange={(event) => setOther(event.target.value)}
          placeholder={t('skip.other')}
          aria-label={t('skip.other')}
        />
        <button type="submit" className={styles.button} disabled={other.trim() === ''}>
          {t('pass.skip')}
        </button>
      </form>
    </Sheet>
  )
}
