import { IconScale } from '@tabler/icons-react'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { KINDS } from '@/kinds'
import type { ClassEntry, Drawn } from '@/kinds/kind'
import type { Mark } from '@/kinds/sketch'
import type { Answer } from '@/store/desk'
import { useDrawnKeys } from '../label/drawnKeys'
import { guideQuery } from '../label/guide'
import type { CommonCommand } from '../label/keys'
import { useKeys } from '../label/useKeys'
import { useOpened } from '../label/useSketch'
import { Evidence } from './Evidence'
import { REVIEW_LETTERS, type ReviewCommand } from './letters'
import { leading, type ReviewItem, type Ruling } from './queue'
import styles from './review.module.css'
import { SendBack } from './SendBack'
import { useReview } from './useReview'
import { Verdicts } from './Verdicts'

const PictureToDraw = lazy(() => import('../label/PictureToDraw'))
const NO_MARKS: readonly Mark[] = []

/** What the crowd could not settle, least certain first; one key settles, the next is there at once. */
export default function ReviewPage() {
  const { t } = useTranslation('review')
  const pid = Number(useParams({ strict: false }).pid)
  const project = useSuspenseQuery(projectQuery(pid)).data
  const classes = useSuspenseQuery(guideQuery(pid)).data.classes
  const { queue, item, open, more, loaded, problem, again, give: send, step } = useReview(pid)
  const [panel, setPanel] = useState<{ name: 'search'; start: string } | { name: 'send_back' } | null>(null)
  const kind = KINDS[project.kind] ?? Object.values(KINDS)[0]
  if (!kind) throw new Error('no label kind is known')
  const lead = useMemo(() => (item ? leading(item) : null), [item])
  const recent = useMemo(() => item?.distribution.flatMap((one) => one.concept_id ?? []) ?? [], [item])
  const plan = useMemo(() => kind.plan(classes, recent), [kind, classes, recent])
  const ruled = item ? (queue.rulings.get(item.task)?.answer ?? null) : null
  const shown = item && { name: item.task, image: item.image, proposal: ruled ? null : lead, given: ruled, draft: null }
  const { code, sketch } = useOpened(kind, classes, shown)
  const drawn = sketch?.answer() ?? null
  // Others' boxes lie behind the merged ones that are edited.
  const behind = useMemo(
    () => (item && kind.drawn ? othersMarks(item, kind.drawn, classes) : NO_MARKS),
    [item, kind, classes],
  )

  const give = useCallback(
    (ruling: Ruling) => {
      setPanel(null)
      send(ruling)
    },
    [send],
  )
  const settle = useCallback((answer: Answer) => give({ ruling: 'settle', answer }), [give])
  const accept = () => {
    if (drawn) settle(settled(drawn))
    else if (kind.gathers && sketch?.keep() != null) sketch.object('empty')
    else if (lead && (sketch || !kind.gathers)) settle(lead)
  }
  // Held-out pictures must stay unseen, so none of them is ever a known one.
  const mayBeKnown = item !== null && item.split !== 'holdout'
  const makeKnown = () => {
    if (!mayBeKnown) return
    if (!drawn && kind.gathers && sketch?.keep() != null) return sketch.object('empty')
    const answer = drawn ?? (sketch || !kind.gathers ? lead : null)
    if (answer) give({ ruling: 'gold', answer: settled(answer) })
  }
  const { keys: first, onViewport } = useDrawnKeys(sketch, plan, accept)
  const pick = (concept: number) => {
    const picked = kind.answerOf(concept)
    if (picked) settle(picked)
    else sketch?.pick(concept)
    setPanel(null)
  }
  const say = (command: ReviewCommand | CommonCommand) => {
    if (command === 'next') step(1)
    else if (command === 'undo' && sketch?.undo()) return
    else if (command === 'redo') sketch?.redo()
    else if (command === 'previous' || command === 'undo') step(-1)
    else if (command === 'accept') accept()
    else if (command === 'nothing') settle({ nothing: true })
    else if (command === 'gold') makeKnown()
    else if (command === 'set_aside') give({ ruling: 'set_aside' })
    else if (command === 'send_back' && item) setPanel({ name: 'send_back' })
  }
  useKeys({ on: panel === null, plan, letters: REVIEW_LETTERS, first: kind.gathers ? first : undefined }, (act) => {
    if ('answer' in act) settle(act.answer)
    else if ('command' in act) say(act.command)
    else if (item) setPanel({ name: 'search', start: act.search })
  })
  useArrows(panel === null, step)

  const { Search } = kind
  return (
    <div className={styles.page} data-desk="shell">
      <PageTitle title={t('title')}>
        <span className={styles.left} role="status">
          {t('left', { number: more ? `${open}+` : String(open) })}
        </span>
      </PageTitle>
      {problem && <ErrorState text={errorText(problem)} onRetry={again} />}
      {loaded && !item && (
        <EmptyState icon={<IconScale />} title={t(queue.items.length > 0 ? 'finished' : 'none')}>
          {t('noneHelp')}
        </EmptyState>
      )}
      {item && (
        <>
          <div className={styles.columns}>
            <section className={styles.stage} aria-label={t('picture')}>
              {kind.drawn ? (
                <Suspense>
                  <PictureToDraw
                    image={item.image}
                    code={code}
                    sketch={sketch}
                    classes={classes}
                    behind={behind}
                    onViewport={onViewport}
                  />
                </Suspense>
              ) : (
                <img key={item.image.id} src={item.image.display} alt={t('picture')} />
              )}
              {panel?.name === 'search' && (
                <Search
                  classes={classes}
                  recent={recent}
                  start={panel.start}
                  onPick={pick}
                  onClose={() => setPanel(null)}
                />
              )}
            </section>
            <Evidence
              item={item}
              classes={classes}
              ruling={queue.rulings.get(item.task) ?? null}
              drawn={kind.drawn !== null}
            />
          </div>
          {queue.failed.has(item.task) && <ErrorState text={t('failed', { reason: queue.failed.get(item.task) })} />}
          <Verdicts
            kind={kind}
            classes={classes}
            plan={plan}
            lead={lead}
            settles={drawn}
            sketch={sketch}
            given={ruled}
            mayBeKnown={mayBeKnown}
            onAnswer={settle}
            onSearch={() => setPanel({ name: 'search', start: '' })}
            onSay={say}
          />
        </>
      )}
      {panel?.name === 'send_back' && (
        <SendBack onSend={(note) => give({ ruling: 'send_back', note })} onClose={() => setPanel(null)} />
      )}
    </div>
  )
}

/** Every answer of the present asking, faintly: its colour says the class, its place the person's opinion. */
function othersMarks(item: ReviewItem, drawn: Drawn, classes: readonly ClassEntry[]): Mark[] {
  const present = item.votes.filter((vote) => vote.asking === item.asking)
  return present.flatMap((vote) => drawn.marks(vote.answer, classes)).map((mark) => ({ ...mark, faint: true }))
}

/** A ruling stands by itself: where its boxes began is the sketch's own affair. */
function settled(answer: Answer): Answer {
  if (!('boxes' in answer)) return answer
  return { boxes: answer.boxes.map(({ from_proposal: _, ...box }) => box) }
}

function useArrows(on: boolean, onStep: (step: number) => void): void {
  useEffect(() => {
    if (!on) return
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="menu"]')
      if (event.defaultPrevented || typing || event.altKey || event.ctrlKey || event.metaKey) return
      if (event.key === 'ArrowRight') onStep(1)
      else if (event.key === 'ArrowLeft') onStep(-1)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [on, onStep])
}
