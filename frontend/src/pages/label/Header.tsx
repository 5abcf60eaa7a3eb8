import {
  IconArrowBackUp,
  IconBook2,
  IconChevronLeft,
  IconHistory,
  IconKeyboard,
  IconMoon,
  IconSun,
} from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Project } from '@/api/types'
import { PageLink } from '@/components/PageLink'
import { useFormat } from '@/i18n/format'
import type { Progress } from '@/store/desk'
import type { Tone } from './kept'
import styles from './label.module.css'
import { StatusDot } from './StatusDot'
import type { Sender } from './sending'

interface Props {
  project: Project
  progress: Progress | null
  sender: Sender | null
  canUndo: boolean
  /** What was answered last, in words. */
  last: string
  tone: Tone
  guideOpen: boolean
  guideNew: boolean
  onUndo: () => void
  onGuide: () => void
  onKeys: () => void
  onTray: () => void
  onTone: () => void
}

/** One line above the picture: where one is, how far, whether all is saved, and the way back. */
export const Header = memo(function Header(props: Props) {
  const { project, progress, sender, canUndo, last, tone, guideOpen, guideNew } = props
  const { t } = useTranslation('label')
  return (
    <header className={styles.header}>
      <PageLink className={styles.back} href={`/p/${project.id}`} aria-label={t('back', { name: project.name })}>
        <IconChevronLeft size={18} aria-hidden />
        <span className={styles.projectName}>{project.name}</span>
      </PageLink>
      {progress && <Bar progress={progress} />}
      <span className={styles.grow} />
      {sender && <StatusDot sender={sender} onOpen={props.onTray} />}
      <button
        type="button"
        className={styles.tool}
        onClick={props.onUndo}
        disabled={!canUndo}
        title={`${t('keys.undo')} (Ctrl+Z)`}
        aria-label={last ? t('undoLast', { answer: last }) : t('keys.undo')}
        aria-keyshortcuts="Control+Z"
      >
        <IconArrowBackUp size={18} aria-hidden />
        {last && <span className={styles.last}>{last}</span>}
      </button>
      <PageLink
        className={styles.tool}
        href={`/p/${project.id}/mine`}
        aria-label={t('mine.title')}
        title={t('mine.title')}
      >
        <IconHistory size={18} aria-hidden />
      </PageLink>
      <button
        type="button"
        className={styles.tool}
        onClick={props.onGuide}
        aria-pressed={guideOpen}
        aria-label={guideNew ? t('guide.changed') : t('guide.title')}
        title={`${t('guide.title')} (G)`}
        data-new={guideNew || undefined}
      >
        <IconBook2 size={18} aria-hidden />
      </button>
      <button
        type="button"
        className={`${styles.tool} ${styles.wideOnly}`}
        onClick={props.onKeys}
        aria-label={t('keys.title')}
        title={`${t('keys.title')} (?)`}
      >
        <IconKeyboard size={18} aria-hidden />
      </button>
      <button
        type="button"
        className={styles.tool}
        onClick={props.onTone}
        aria-label={t(tone === 'dark' ? 'tone.light' : 'tone.dark')}
        title={t(tone === 'dark' ? 'tone.light' : 'tone.dark')}
      >
        {tone === 'dark' ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
      </button>
    </header>
  )
})

function Bar({ progress }: { progress: Progress }) {
  const { t } = useTranslation('label')
  const format = useFormat()
  const today = t('progress.today', { number: format.number(progress.mine_today) })
  // The totals are counted in the background: right after an import there may be none yet.
  if (progress.total === 0) return <span className={styles.count}>{today}</span>
  const share = Math.min(1, progress.done / progress.total)
  return (
    <div className={styles.progress}>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={t('progress.title')}
        aria-valuemin={0}
        aria-valuemax={progress.total}
        aria-valuenow={progress.done}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <span className={styles.count}>
        {t('progress.done', { done: format.number(progress.done), total: format.number(progress.total) })}
        <span className={styles.today}>{today}</span>
      </span>
    </div>
  )
}
