import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { Project } from '@/api/types'
import { KINDS } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { DeskView } from '@/store/labeling'
import { answerText } from './answerText'
import styles from './label.module.css'
import type { AtDesk } from './useDesk'

const EmptyDesk = lazy(() => import('./EmptyDesk'))

interface Props {
  at: AtDesk | null
  view: DeskView | null
  project: Project
  classes: readonly ClassEntry[]
}

/** What stands over the stage: that a picture comes, cannot be had, was answered before, or that there is none. */
export function Overlay({ at, view, project, classes }: Props) {
  const { t } = useTranslation('label')
  const fetching = (
    <p className={styles.note} role="status">
      {t('empty.fetching')}
    </p>
  )
  if (!at || !view || (!view.task && !view.asked && !view.failure)) return fetching
  if (!view.task)
    return (
      <Suspense fallback={fetching}>
        <EmptyDesk view={view} project={project} onAsk={() => at.desk.look()} />
      </Suspense>
    )
  return (
    <>
      {view.revisited && (
        <p className={styles.banner} role="status">
          {t('revisit.banner', {
            answer: answerText(view.revisited.answer, classes, t, Boolean(KINDS[project.kind]?.drawn)),
          })}
        </p>
      )}
      {view.picture === 'loading' && (
        <p className={styles.note} role="status">
          {t('stage.loading')}
        </p>
      )}
      {view.picture === 'failed' && (
        <div className={styles.note} role="alert">
          <h2>{t('stage.failed')}</h2>
          <p>{t('stage.failedHelp')}</p>
          <div className={styles.actions}>
            <button type="button" className={styles.button} onClick={() => at.desk.retryPicture()}>
              {t('stage.retry')}
            </button>
          </div>
        </div>
      )}
    </>
  )
}
