import { Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { KINDS } from '@/kinds'
import type { ClassEntry, KeyPlan, LabelKind } from '@/kinds/kind'
import type { Answer } from '@/store/desk'
import { answerText } from '../label/answerText'
import { useDrawnKeys } from '../label/drawnKeys'
import { actFor, LABEL_LETTERS, pressOf } from '../label/keys'
import { Sheet } from '../label/Sheet'
import { handIn } from '../label/useAnswers'
import { useOpened } from '../label/useSketch'
import { ChangeDrawn } from './ChangeDrawn'
import type { OwnVote } from './MyAnswer'
import styles from './mine.module.css'

interface Props {
  vote: OwnVote
  /** The name of the project's kind. */
  kind: string
  answer: Answer
  /** Under which name what is drawn is kept. */
  draft: string
  classes: readonly ClassEntry[]
  onAnswer: (answer: Answer) => void
  onClose: () => void
}

const PASSES = { cannot_tell: { pass: 'cannot_tell' }, nothing: { nothing: true }, broken: { pass: 'broken' } } as const

/** One of one's own answers with its picture, to be given anew by the same keys as on the label page. */
export function ChangeSheet({ vote, kind: name, answer, draft, classes, onAnswer, onClose }: Props) {
  const kind = KINDS[name] ?? Object.values(KINDS)[0]
  const recent = useMemo(() => kind?.used(answer) ?? [], [kind, answer])
  const plan = useMemo(() => kind?.plan(classes, recent), [kind, classes, recent])
  const [search, setSearch] = useState<string | null>(null)
  if (!kind || !plan) return null
  return <Change {...{ vote, answer, draft, classes, onAnswer, onClose, kind, plan, recent, search, setSearch }} />
}

interface Placed extends Omit<Props, 'kind'> {
  kind: LabelKind
  plan: KeyPlan
  recent: readonly number[]
  search: string | null
  setSearch: (start: string | null) => void
}

function Change(props: Placed) {
  const { vote, answer, classes, onAnswer, onClose, kind, plan, recent, search, setSearch } = props
  const { t } = useTranslation('label')
  const shown = { name: vote.key, image: vote.image, proposal: null, given: answer, draft: props.draft }
  const { code, sketch, restored } = useOpened(kind, classes, shown)
  const { keys: first, onViewport } = useDrawnKeys(sketch, plan, () => handIn(sketch, onAnswer))
  const pick = (concept: number) => {
    const picked = kind.answerOf(concept)
    if (picked) onAnswer(picked)
    else sketch?.pick(concept)
    setSearch(null)
  }
  const { Controls, Search } = kind
  return (
    <Sheet
      title={t('mine.changeTitle')}
      wide
      onClose={onClose}
      onKey={(event) => {
        if (search !== null) return
        const press = pressOf(event.nativeEvent)
        if (kind.gathers && !press.typing && first.down(press)) {
          event.preventDefault()
          return
        }
        const act = actFor(press, plan, LABEL_LETTERS)
        if (!act) return
        if ('answer' in act) onAnswer(act.answer)
        else if ('search' in act) setSearch(act.search)
        else if (kind.gathers && act.command === 'accept') handIn(sketch, onAnswer)
        else if (kind.gathers && act.command === 'undo') sketch?.undo()
        else if (act.command in PASSES) onAnswer(PASSES[act.command as keyof typeof PASSES])
        else return
        event.preventDefault()
      }}
      onKeyUp={(event) => first.up(pressOf(event.nativeEvent))}
    >
      <p>{t('mine.changeNow', { answer: answerText(answer, classes, t, kind.drawn !== null) })}</p>
      {kind.drawn && <ChangeDrawn {...{ image: vote.image, code, sketch, classes, restored, onViewport, onAnswer }} />}
      <div className={kind.drawn ? styles.over : styles.stage}>
        {!kind.drawn && <img src={vote.image.display} alt={t('mine.picture', { number: vote.image.id })} />}
        {search !== null && (
          <Search classes={classes} recent={recent} start={search} onPick={pick} onClose={() => setSearch(null)} />
        )}
      </div>
      <div className={styles.controls}>
        <Suspense>
          <Controls
            classes={classes}
            plan={plan}
            proposal={null}
            given={answer}
            sketch={sketch}
            disabled={false}
            onAnswer={onAnswer}
            onSearch={() => setSearch('')}
          />
        </Suspense>
        {kind.gathers && !kind.drawn && (
          <button type="button" className={styles.pass} onClick={() => handIn(sketch, onAnswer)} disabled={!sketch}>
            {t('submit')}
          </button>
        )}
        {Object.entries(PASSES).map(([pass, said]) => (
          <button key={pass} type="button" className={styles.pass} onClick={() => onAnswer(said)}>
            {t(pass === 'nothing' && kind.drawn ? 'pass.nothingDrawn' : `pass.${pass as keyof typeof PASSES}`)}
          </button>
        ))}
      </div>
    </Sheet>
  )
}
