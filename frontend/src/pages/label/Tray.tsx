import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import type { ClassEntry } from '@/kinds/kind'
import type { KeptVote } from '@/store/shelf'
import { answerText } from './answerText'
import styles from './label.module.css'
import { useQuiet } from './quiet'
import { Sheet } from './Sheet'
import type { Sender } from './sending'

interface Props {
  sender: Sender
  project: number
  classes: readonly ClassEntry[]
  onLook: (vote: KeptVote) => void
  onClose: () => void
}

/** What became of this person's votes: how many are on their way, and each that the server refused, with its reason. */
export function Tray({ sender, project, classes, onLook, onClose }: Props) {
  const { t } = useTranslation('label')
  const { outbox, line } = sender
  const counts = useQuiet(outbox, () => outbox.counts)
  const [refused, setRefused] = useState<KeptVote[]>([])
  const load = useCallback(() => void outbox.refused().then(setRefused), [outbox])

  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew whenever the number of votes changes
  useEffect(load, [load, counts])

  return (
    <Sheet title={t('tray.title')} onClose={onClose} wide>
      <p className={styles.help}>
        {counts.waiting > 0 ? t('tray.waiting', { number: counts.waiting }) : t('tray.none')}{' '}
        {!outbox.kept && t('tray.notKept')}
      </p>
      {counts.waiting > 0 && (
        <button type="button" className={styles.button} onClick={() => void line.resume()}>
          {t('tray.sendNow')}
        </button>
      )}
      <ul className={styles.tray}>
        {refused.map((vote) => (
          <li key={vote.key}>
            <img src={vote.about.image.thumb} alt="" />
            <div>
              <b>{answerText(vote.payload, vote.project === project ? classes : [], t)}</b>
              <p>{reasonOf(vote)}</p>
              <div className={styles.actions}>
                <button type="button" className={styles.button} onClick={() => void retry(sender, vote.key)}>
                  {t('tray.retry')}
                </button>
                {vote.project === project && (
                  <button type="button" className={styles.button} onClick={() => onLook(vote)}>
                    {t('tray.look')}
                  </button>
                )}
                <button type="button" className={styles.button} onClick={() => void outbox.discard(vote.key)}>
                  {t('tray.discard')}
                </button>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Sheet>
  )
}

async function retry({ outbox, line }: Sender, key: string): Promise<void> {
  await outbox.retry(key)
  await line.kick()
}

function reasonOf(vote: KeptVote): string {
  if (!vote.refusal) return ''
  return errorText(new ApiError(vote.refusal.code, vote.refusal.message, { data: vote.refusal.data, status: 422 }))
}
