import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import type { Project } from '@/api/types'
import { MarkedPicture } from '@/canvas/MarkedPicture'
import { PageLink } from '@/components/PageLink'
import { useFormat } from '@/i18n/format'
import { KINDS } from '@/kinds'
import type { ClassEntry } from '@/kinds/kind'
import type { Answer, DeskPicture } from '@/store/desk'
import { answerText } from './answerText'
import { guideQuery } from './guide'
import label from './label.module.css'
import styles from './Paused.module.css'

interface Miss {
  image: DeskPicture
  kind: string
  answer: Answer
  known: Answer
}

interface Pause {
  paused: boolean
  code: 'accuracy' | 'by_hand' | null
  note: string
  answered: number
  right: number
  demanded: number | null
  misses: Miss[]
}

const pauseQuery = (pid: number) => ({
  queryKey: ['project', pid, 'pause'],
  queryFn: async () => {
    const found = await ask(api.GET('/api/projects/{pid}/desk/pause', { params: { path: { pid } } }))
    // The schema knows an answer only as an object; its kinds are told apart here.
    return found as unknown as Pause
  },
  gcTime: 0,
})

/** In place of a picture: that one is paused, why, and where one's answers differed, so that one can learn from it. */
export default function Paused({ project, onAsk }: { project: Project; onAsk: () => void }) {
  const { t } = useTranslation(['people', 'label'])
  const format = useFormat()
  const pause = useQuery(pauseQuery(project.id)).data
  const classes = useQuery(guideQuery(project.id)).data?.classes ?? []
  const figures = pause && {
    right: format.number(pause.right),
    answered: format.number(pause.answered),
    demanded: pause.demanded === null ? '' : format.percent(pause.demanded),
  }
  return (
    <div className={`${label.note} ${styles.paused}`} data-reason="paused">
      <div role="status">
        <h2>{t('paused.title')}</h2>
        {pause?.code === 'accuracy' && (
          <p>{t(pause.demanded === null ? 'paused.accuracyPlain' : 'paused.accuracy', { ...figures })}</p>
        )}
        {pause?.code === 'by_hand' && <p>{t('paused.by_hand')}</p>}
        {pause?.note && <p>{t('paused.note', { note: pause.note })}</p>}
        <p>{t('paused.kept')}</p>
      </div>
      <div className={label.actions}>
        <button type="button" className={label.button} onClick={onAsk}>
          {t('label:empty.ask')}
        </button>
        <PageLink className={label.button} href={`/p/${project.id}/mine`}>
          {t('label:mine.title')}
        </PageLink>
        <PageLink className={label.button} href={`/p/${project.id}`}>
          {t('label:empty.toProject')}
        </PageLink>
      </div>
      {pause && pause.misses.length > 0 && (
        <section>
          <h3>{t('paused.misses')}</h3>
          {KINDS[project.kind]?.drawn && <p>{t('paused.drawn')}</p>}
          <ul className={styles.misses}>
            {pause.misses.map((miss) => (
              <OneMiss key={miss.image.id} miss={miss} classes={classes} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function OneMiss({ miss, classes }: { miss: Miss; classes: readonly ClassEntry[] }) {
  const { t } = useTranslation(['people', 'label'])
  const { t: words } = useTranslation('label')
  const { image, kind, answer, known } = miss
  const drawn = KINDS[kind]?.drawn ?? null
  const marks = useMemo(() => {
    if (!drawn) return null
    const theirs = drawn.marks(answer, classes).map((mark) => ({ ...mark, faint: true }))
    return [...theirs, ...drawn.marks(known, classes)]
  }, [drawn, answer, known, classes])
  const alt = t('paused.picture', { number: image.id })
  return (
    <li>
      {marks ? (
        <div style={{ aspectRatio: `${image.width} / ${image.height}` }}>
          <MarkedPicture src={image.display} alt={alt} size={image} marks={marks} />
        </div>
      ) : (
        <img src={image.thumb} alt={alt} />
      )}
      <span>{t('paused.yours', { answer: answerText(answer, classes, words, drawn !== null) })}</span>
      <b>{t('paused.right', { answer: answerText(known, classes, words, drawn !== null) })}</b>
    </li>
  )
}
