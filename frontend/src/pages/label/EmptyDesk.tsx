import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import type { Project } from '@/api/types'
import { PageLink } from '@/components/PageLink'
import type { DeskView } from '@/store/labeling'
import styles from './label.module.css'

// Hardly anybody sees it: fetched when it is needed.
const Paused = lazy(() => import('./Paused'))

interface Props {
  view: DeskView
  project: Project
  onAsk: () => void
}

/** In place of a picture: why there is none, and what to do about it. */
export default function EmptyDesk({ view, project, onAsk }: Props) {
  const { t } = useTranslation('label')
  const manages = project.actions.includes('manage')
  if (view.reason === 'paused' && !view.failure) {
    return (
      <Suspense>
        <Paused project={project} onAsk={onAsk} />
      </Suspense>
    )
  }
  const { title, help } = said(view, manages, t)
  return (
    <div className={styles.note} role="status" data-reason={view.reason ?? view.failure?.kind}>
      <h2>{title}</h2>
      <p>{help}</p>
      <div className={styles.actions}>
        {manages && view.reason === 'no_classes' && (
          <PageLink className={styles.button} href={`/p/${project.id}/settings`}>
            {t('empty.toSettings')}
          </PageLink>
        )}
        {manages && view.reason === 'no_tasks' && (
          <PageLink className={styles.button} href={`/p/${project.id}/import`}>
            {t('empty.toImport')}
          </PageLink>
        )}
        {view.reason === 'practice' && (
          <PageLink className={styles.button} href={`/p/${project.id}/practice`}>
            {t('empty.toPractice')}
          </PageLink>
        )}
        <button type="button" className={styles.button} onClick={onAsk}>
          {t('empty.ask')}
        </button>
        <PageLink className={styles.button} href={`/p/${project.id}/mine`}>
          {t('mine.title')}
        </PageLink>
        <PageLink className={styles.button} href={`/p/${project.id}`}>
          {t('empty.toProject')}
        </PageLink>
      </div>
    </div>
  )
}

function said(
  view: DeskView,
  manages: boolean,
  t: ReturnType<typeof useTranslation<'label'>>['t'],
): { title: string; help: string } {
  if (view.reason === 'practice') return { title: t('empty.practice'), help: t('empty.practiceHelp') }
  if (view.failure && view.failure.kind !== 'refused')
    return { title: t('empty.offline'), help: t('empty.offlineHelp') }
  if (view.failure) {
    const { code, message, data } = view.failure.refusal
    const problem = new ApiError(code, message, { data, status: view.failure.status })
    return { title: t('empty.refused'), help: errorText(problem) }
  }
  if (view.reason === 'leased') {
    const number = view.progress?.leased_by_others ?? 0
    return { title: t('empty.leased', { number }), help: t('empty.leasedHelp') }
  }
  if (view.reason === 'no_classes') {
    return { title: t('empty.noClasses'), help: t(manages ? 'empty.noClassesAdmin' : 'empty.noClassesHelp') }
  }
  if (view.reason === 'no_tasks') {
    return { title: t('empty.noTasks'), help: t(manages ? 'empty.noTasksAdmin' : 'empty.noTasksHelp') }
  }
  return { title: t('empty.done'), help: t('empty.doneHelp') }
}
