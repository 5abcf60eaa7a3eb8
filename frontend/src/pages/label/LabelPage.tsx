import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectQuery } from '@/api/project'
import { sessionQuery, useUser } from '@/api/session'
import { KINDS } from '@/kinds'
import type { LabelKind } from '@/kinds/kind'
import type { DeskTask } from '@/store/desk'
import type { DeskView } from '@/store/labeling'
import { turnOf } from '@/store/pool'
import type { KeptVote } from '@/store/shelf'
import { forgetDraft } from './begun'
import { useDrawnKeys } from './drawnKeys'
import { Footer } from './Footer'
import { guideQuery } from './guide'
import { Header } from './Header'
import { useGuideSeen, useRecent, useTone } from './kept'
import { type Command, LABEL_LETTERS } from './keys'
import styles from './label.module.css'
import { Overlay } from './Overlay'
import type { Opened } from './Panels'
import { useQuiet } from './quiet'
import { Stage } from './Stage'
import { useAnswers } from './useAnswers'
import { type AtDesk, useDesk } from './useDesk'
import { useKeys } from './useKeys'
import { useSketch } from './useSketch'

const DrawnStage = lazy(() => import('./DrawnStage'))
const GuidePanel = lazy(() => import('./GuidePanel'))
const loadPanels = () => import('./Panels')
const Panels = lazy(loadPanels)
const Thanks = lazy(() => import('./Thanks'))
const Restored = lazy(() => import('./Restored').then(({ Restored }) => ({ default: Restored })))

/** After so many answers thanks are said, for as long as the next few take. */
const FIFTY = 50
const SHOWN_FOR = 5

type Panel = { name: Opened } | { name: 'search'; start: string } | null

const NOBODY = { subscribe: () => () => undefined }
const NO_CLASSES: readonly number[] = []

/** The heart of the product: one picture, one key, the next picture. */
export default function LabelPage({ pid }: { pid: number }) {
  const user = useUser()
  return <LabelDesk key={`${user.id}:${pid}`} pid={pid} userId={user.id} />
}

/** The project, its guide, this person's place at its desk, and the keys of its classes. */
function usePlace(pid: number, userId: number) {
  const project = useSuspenseQuery(projectQuery(pid)).data
  const guide = useSuspenseQuery(guideQuery(pid)).data
  const place = useMemo(
    () => ({
      project: pid,
      user: userId,
      showProposals: guide.show_proposals,
      deep: kindOf(project.kind).drawn !== null,
      drafts: kindOf(project.kind).gathers !== null,
    }),
    [pid, userId, guide.show_proposals, project.kind],
  )
  const at = useDesk(place)
  const read = useCallback(() => at?.desk.view ?? null, [at])
  const view = useQuiet(at?.desk ?? NOBODY, read)
  const [recent, addRecent] = useRecent(userId, pid)
  const kind = kindOf(view?.task?.kind ?? project.kind)
  const live = guide.classes.filter((entry) => !entry.archived)
  const many = kind.plan(guide.classes, NO_CLASSES).keys.size < live.length
  const slots = many ? recent.slots : NO_CLASSES
  const plan = useMemo(() => kind.plan(guide.classes, slots), [kind, guide.classes, slots])
  const onUsed = useCallback((used: readonly number[]) => many && addRecent(used), [many, addRecent])
  useAfterSignIn(at)
  return { project, guide, at, view, kind, plan, recent, onUsed }
}

/** What is not known here is shown as the first kind, so that its pictures can still be passed over. */
function kindOf(name: string): LabelKind {
  const kind = KINDS[name] ?? Object.values(KINDS)[0]
  if (!kind) throw new Error('no label kind is known')
  return kind
}

function LabelDesk({ pid, userId }: { pid: number; userId: number }) {
  const { t } = useTranslation('label')
  const { project, guide, at, view, kind, plan, recent, onUsed } = usePlace(pid, userId)
  const drawn = useSketch({ user: userId, project: pid, kind, classes: guide.classes, view })
  const { sketch } = drawn
  const [panel, setPanel] = useState<Panel>(null)
  const [tone, turnTone] = useTone()
  const [seen, noteSeen] = useGuideSeen(userId, pid, guide.guide_version)
  const [guideOpen, setGuideOpen] = useState(() => !seen && guide.guide_text !== '' && innerWidth >= 1000)

  useEffect(() => {
    document.title = `${t('title')} · ${project.name} · Fovea`
  }, [t, project.name])
  useEffect(() => {
    if (guideOpen) noteSeen()
  }, [guideOpen, noteSeen])
  const pictured = view?.picture === 'ready'
  useEffect(() => {
    // After the first picture, so that they also open when the network is gone.
    if (pictured) void Promise.all([loadPanels(), import('./EmptyDesk'), import('./GuidePanel')])
  }, [pictured])

  const close = useCallback(() => setPanel(null), [])
  const skip = useCallback(() => setPanel({ name: 'skip' }), [])
  const kept = useCallback((task: DeskTask) => void forgetDraft(userId, pid, task.id, task.asking), [userId, pid])
  const shown = view?.task ? turnOf(view.task) : null
  const heard = { onGiven: close, onKept: kept, onSkip: skip, onUsed }
  const answering = { at, kind, classes: guide.classes, sketch, shown, ...heard }
  const { give, pass, accept, last } = useAnswers(answering)
  const toggleGuide = useCallback(() => setGuideOpen((open) => !open), [])
  const undo = useCallback(() => sketch?.undo() || at?.desk.undo(), [at, sketch])
  const pick = (concept: number) => {
    const answer = kind.answerOf(concept)
    if (answer) return give(answer)
    sketch?.pick(concept)
    onUsed([concept])
    close()
  }

  const command = (said: Command) => {
    if (said === 'guide') toggleGuide()
    else if (said === 'keys') setPanel({ name: 'keys' })
    else if (said === 'undo') undo()
    else if (said === 'redo') sketch?.redo() || at?.desk.redo()
    else if (said === 'accept') accept()
    else if (said === 'newest') guideOpen && !at?.desk.view.revisited ? toggleGuide() : at?.desk.toNewest()
    else pass(said)
  }
  const { keys: first, onViewport } = useDrawnKeys(sketch, plan, accept)
  useKeys({ on: panel === null, plan, letters: LABEL_LETTERS, first: kind.gathers ? first : undefined }, (act) => {
    if ('answer' in act) give(act.answer)
    else if ('command' in act) command(act.command)
    else if (at?.desk.view.task) setPanel({ name: 'search', start: act.search })
  })

  const look = (vote: KeptVote) => {
    setPanel(null)
    const standing = (vote.refusal?.data as { key?: unknown } | null)?.key
    const key = typeof standing === 'string' ? standing : vote.key
    at?.desk.revisit({ task: vote.about, key, answer: vote.payload })
  }
  const { Search } = kind
  const count = view?.count ?? 0
  const overlay = (
    <>
      {count >= FIFTY && count % FIFTY < SHOWN_FOR && (
        <Suspense>
          <Thanks project={pid} count={count - (count % FIFTY)} />
        </Suspense>
      )}
      <Overlay at={at} view={view} project={project} classes={guide.classes} />
      {panel?.name === 'search' && (
        <Search classes={guide.classes} recent={recent.order} start={panel.start} onPick={pick} onClose={close} />
      )}
    </>
  )
  return (
    <main className={styles.page} data-desk={tone}>
      <h1 className={styles.unseen}>{t('heading', { name: project.name })}</h1>
      <Header
        project={project}
        progress={view?.progress ?? null}
        sender={at?.sender ?? null}
        canUndo={view?.canUndo || sketch?.canUndo || false}
        last={last}
        tone={tone}
        guideOpen={guideOpen}
        guideNew={!seen && (guide.guide_text !== '' || guide.pictures.length > 0)}
        onUndo={undo}
        onGuide={toggleGuide}
        onKeys={useCallback(() => setPanel({ name: 'keys' }), [])}
        onTray={useCallback(() => setPanel({ name: 'tray' }), [])}
        onTone={turnTone}
      />
      <div className={styles.middle}>
        {kind.drawn && at ? (
          <Suspense fallback={<Stage at={null} task={undefined} />}>
            <DrawnStage
              at={at}
              task={view?.task?.id}
              code={drawn.code}
              sketch={sketch}
              classes={guide.classes}
              restored={drawn.restored}
              onViewport={onViewport}
            >
              {overlay}
            </DrawnStage>
          </Suspense>
        ) : (
          <Stage at={at} task={view?.task?.id}>
            {overlay}
            {drawn.restored !== null && (
              <Suspense>
                <Restored sketch={sketch} at={drawn.restored} />
              </Suspense>
            )}
          </Stage>
        )}
        {guideOpen && (
          <Suspense fallback={null}>
            <GuidePanel guide={guide} plan={plan} onClose={toggleGuide} />
          </Suspense>
        )}
      </div>
      <Footer
        kind={kind}
        classes={guide.classes}
        plan={plan}
        proposal={view?.proposal?.answer ?? null}
        given={view?.revisited?.answer ?? null}
        sketch={sketch}
        acceptText={acceptText(kind, view, t)}
        idle={!view?.task}
        blind={view?.picture !== 'ready'}
        onAnswer={give}
        onPass={pass}
        onSearch={useCallback(() => setPanel({ name: 'search', start: '' }), [])}
        onAccept={accept}
      />
      {panel && panel.name !== 'search' && (
        <Suspense fallback={null}>
          <Panels
            open={panel.name}
            kind={kind}
            plan={plan}
            classes={guide.classes}
            sender={at?.sender ?? null}
            project={pid}
            onSkip={(reason) => give({ pass: 'skip', reason })}
            onLook={look}
            onClose={close}
          />
        </Suspense>
      )}
    </main>
  )
}

/** What Space does, in words. */
function acceptText(kind: LabelKind, view: DeskView | null, t: TFunction<'label'>): string | null {
  if (kind.gathers) return t(view?.proposal && !view.revisited ? 'acceptDrawn' : 'submit')
  if (view?.revisited) return t('revisit.keep')
  return view?.proposal ? t('accept') : null
}

/** A session that has changed, by the sign-in sheet or in another tab, is asked for anew; then the line goes on. */
function useAfterSignIn(at: AtDesk | null): void {
  const client = useQueryClient()
  const signedIn = useQuery(sessionQuery).dataUpdatedAt
  const read = useCallback(() => at?.sender.line.state ?? 'ready', [at])
  const state = useQuiet(at?.sender.line ?? NOBODY, read)
  useEffect(() => {
    if (state === 'other_user') void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }, [client, state])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new session wakes the line
  useEffect(() => {
    if (at && at.sender.line.state !== 'ready') void at.sender.line.resume()
  }, [at, signedIn])
}
