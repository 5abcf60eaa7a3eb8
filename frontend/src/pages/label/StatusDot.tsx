import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './label.module.css'
import { useQuiet } from './quiet'
import type { Sender } from './sending'

/** A vote that is on its way for less than this is not worth a word. */
const PATIENCE_MS = 1500

/** Saved, waiting or needs you: a dot with words, told to a screen reader when it changes. */
export function StatusDot({ sender, onOpen }: { sender: Sender; onOpen: () => void }) {
  const { t } = useTranslation('label')
  const counts = useQuiet(sender.outbox, () => sender.outbox.counts)
  const kept = useQuiet(sender.outbox, () => sender.outbox.kept)
  const line = useQuiet(sender.line, () => sender.line.state)
  const [late, setLate] = useState(false)
  const busy = counts.waiting > 0

  useEffect(() => {
    if (!busy) {
      setLate(false)
      return
    }
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [busy])

  const waiting = busy && (late || line !== 'ready')
  const tone = counts.refused > 0 ? 'bad' : waiting || !kept || line !== 'ready' ? 'warn' : 'good'
  const words = [
    counts.refused > 0 && t('status.needYou', { number: counts.refused }),
    waiting && t('status.waiting', { number: counts.waiting }),
    line === 'offline' && t('status.offline'),
    line === 'failing' && t('status.failing'),
    line === 'slowed' && t('status.slowed'),
    (line === 'signed_out' || line === 'other_user') && t('status.signedOut'),
    !kept && t('status.notKept'),
  ].filter(Boolean)
  return (
    <button type="button" className={styles.status} onClick={onOpen} data-tone={tone} data-waiting={counts.waiting}>
      <span className={styles.dot} aria-hidden />
      <span role="status" aria-live="polite">
        {words.length > 0 ? words.join(' · ') : t('status.saved')}
      </span>
    </button>
  )
}
