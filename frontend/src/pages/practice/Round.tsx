import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { MarkedPicture } from '@/canvas/MarkedPicture'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import type { ClassEntry, LabelKind, Pass } from '@/kinds/kind'
import type { Mark } from '@/kinds/sketch'
import type { Answer, DeskPicture } from '@/store/desk'
import { useDrawnKeys } from '../label/drawnKeys'
import { type Command, LABEL_LETTERS } from '../label/keys'
import { handIn } from '../label/useAnswers'
import { useKeys } from '../label/useKeys'
import { useOpened } from '../label/useSketch'
import { Asking } from './Asking'
import styles from './practice.module.css'
import type { Answered } from './Score'
import { Told, type Verdict } from './Told'

const PictureToDraw = lazy(() => import('../label/PictureToDraw'))
const NO_CLASSES: readonly number[] = []

interface Props {
  pid: number
  round: { id: number; pictures: DeskPicture[] }
  kind: LabelKind
  classes: readonly ClassEntry[]
  onEnd: (answered: readonly Answered[]) => void
}

/** Asks, checks and tells, picture by picture, by the same keys as on the label page. */
export function Round({ pid, round, kind, classes, onEnd }: Props) {
  const { t } = useTranslation('volunteers')
  const [answered, setAnswered] = useState<readonly Answered[]>([])
  const [told, setTold] = useState<{ said: Answer; verdict: Verdict } | null>(null)
  const [search, setSearch] = useState<string | null>(null)
  const [recent, setRecent] = useState(NO_CLASSES)
  const of = round.pictures.length
  const place = told ? answered.length - 1 : answered.length
  const image = round.pictures[place] as DeskPicture
  const plan = useMemo(() => kind.plan(classes, recent), [kind, classes, recent])
  const shown = told ? null : { name: `${round.id}:${place}`, image, proposal: null, given: null, draft: null }
  const { code, sketch } = useOpened(kind, classes, shown)
  useLookAhead(round.pictures[place + 1])

  const check = useMutation({
    mutationFn: async (said: Answer) => {
      const body = { practice: round.id, place, answer: { ...said } }
      const verdict = await ask(
        api.POST('/api/projects/{pid}/desk/practice/answer', { params: { path: { pid } }, body }),
      )
      // The schema leaves an answer open, because each kind of label has its own.
      return { said, verdict: { ...verdict, known: verdict.known as Answer | null } }
    },
    onSuccess: (found) => {
      setTold(found)
      setAnswered((before) => [...before, { picture: image, right: found.verdict.right }])
      setRecent((before) => [...new Set([...kind.used(found.said), ...before])])
    },
  })
  const say = (said: Answer) => {
    setSearch(null)
    if (!told && !check.isPending) check.mutate(said)
  }
  const next = () => {
    if (answered.length === of) onEnd(answered)
    else setTold(null)
  }
  const pass = (said: Pass) => {
    if (said === 'nothing' && sketch?.keep() != null && sketch.answer()) sketch.object('drawn')
    else if (said === 'nothing') say({ nothing: true })
    else if (said === 'cannot_tell') say({ pass: said })
  }
  const accept = () => (told ? next() : handIn(sketch, say))
  const command = (said: Command) => {
    if (said === 'accept') accept()
    else if (said === 'undo') sketch?.undo()
    else if (said === 'redo') sketch?.redo()
    else if (said === 'nothing' || said === 'cannot_tell') pass(said)
  }
  const pick = (concept: number) => {
    const picked = kind.answerOf(concept)
    if (picked) return say(picked)
    sketch?.pick(concept)
    setSearch(null)
  }
  const { keys: first, onViewport } = useDrawnKeys(sketch, plan, accept)
  useKeys(
    { on: search === null, plan, letters: LABEL_LETTERS, first: kind.gathers && !told ? first : undefined },
    (act) => {
      if ('answer' in act) say(act.answer)
      else if ('command' in act) command(act.command)
      else if (!told) setSearch(act.search)
    },
  )
  const marks = useMemo(
    () => (told ? marksOf(kind, classes, told.said, told.verdict.known) : []),
    [told, kind, classes],
  )

  const { Search } = kind
  return (
    <div className={styles.page} data-desk="shell">
      <PageTitle title={t('practice.place', { place: place + 1, of })}>
        <span className={styles.soFar}>
          {t('practice.soFar', { right: answered.filter((one) => one.right).length })}
        </span>
      </PageTitle>
      <section
        className={styles.stage}
        data-drawn={kind.drawn && !told ? true : undefined}
        aria-label={t('practice.picture')}
      >
        {kind.drawn && !told ? (
          <Suspense>
            <PictureToDraw image={image} code={code} sketch={sketch} classes={classes} onViewport={onViewport} />
          </Suspense>
        ) : marks.length > 0 ? (
          <MarkedPicture src={image.display} alt={t('practice.marks')} size={image} marks={marks} />
        ) : (
          <img key={image.id} src={image.display} alt={t('practice.picture')} />
        )}
        {search !== null && (
          <Search classes={classes} recent={recent} start={search} onPick={pick} onClose={() => setSearch(null)} />
        )}
      </section>
      {check.isError && <ErrorState text={errorText(check.error)} />}
      {told ? (
        <Told
          said={told.said}
          verdict={told.verdict}
          kind={kind}
          classes={classes}
          last={answered.length === of}
          onNext={next}
        />
      ) : (
        <Asking
          kind={kind}
          classes={classes}
          plan={plan}
          sketch={sketch}
          busy={check.isPending}
          onAnswer={say}
          onPass={pass}
          onAccept={accept}
          onSearch={() => setSearch('')}
        />
      )}
    </div>
  )
}

/** Of something drawn: the known answer, and under it faintly one's own. */
function marksOf(kind: LabelKind, classes: readonly ClassEntry[], said: Answer, known: Answer | null): Mark[] {
  const of = (answer: Answer) => kind.drawn?.marks(answer, classes) ?? []
  const own = of(said).map((mark) => ({ ...mark, faint: true }))
  return known ? [...own, ...of(known)] : own
}

function useLookAhead(next: DeskPicture | undefined): void {
  useEffect(() => {
    if (!next) return
    const picture = new Image()
    picture.src = next.display
  }, [next])
}
