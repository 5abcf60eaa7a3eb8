import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, GatheringCode } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer, DeskPicture } from '@/store/desk'
import { Restored } from '../label/Restored'
import styles from './mine.module.css'

const PictureToDraw = lazy(() => import('../label/PictureToDraw'))

interface Props {
  image: DeskPicture
  code: GatheringCode | null
  sketch: Gathering | null
  classes: readonly ClassEntry[]
  /** When the draft on the screen was last changed, in milliseconds. */
  restored: number | null
  onViewport: Parameters<typeof PictureToDraw>[0]['onViewport']
  onAnswer: (answer: Answer) => void
}

/** One's own drawing over its picture, to be put right and handed in again. */
export function ChangeDrawn({ image, code, sketch, classes, restored, onViewport, onAnswer }: Props) {
  const { t } = useTranslation('label')
  const submit = () => {
    const answer = sketch?.answer()
    if (answer) onAnswer(answer)
    else sketch?.object('empty')
  }
  return (
    <>
      <div className={styles.drawn}>
        <Suspense>
          <PictureToDraw image={image} code={code} sketch={sketch} classes={classes} onViewport={onViewport}>
            <Restored sketch={sketch} at={restored} />
          </PictureToDraw>
        </Suspense>
      </div>
      <button type="button" className={styles.pass} onClick={submit} disabled={!sketch} aria-keyshortcuts="Space">
        {t('submit')}
      </button>
    </>
  )
}
