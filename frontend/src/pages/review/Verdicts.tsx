import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, KeyPlan, LabelKind } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer } from '@/store/desk'
import { answerText } from '../label/answerText'
import { keyOf } from '../label/keys'
import { REVIEW_LETTERS, type ReviewCommand } from './letters'
import styles from './review.module.css'

interface Props {
  kind: LabelKind
  classes: readonly ClassEntry[]
  plan: KeyPlan
  lead: Answer | null
  /** What Space settles, where it is drawn; otherwise the leading answer. */
  settles: Answer | null
  given: Answer | null
  /** Whether the picture may be asked of others from now on, its answer being known. */
  mayBeKnown: boolean
  sketch: Gathering | null
  onAnswer: (answer: Answer) => void
  onSearch: () => void
  onSay: (command: ReviewCommand | 'accept') => void
}

const COMMANDS: readonly ReviewCommand[] = ['nothing', 'set_aside', 'send_back', 'gold', 'previous', 'next']

/** Every ruling with its key: a class, the leading answer, nothing, aside, back. */
export function Verdicts(props: Props) {
  const { kind, classes, plan, lead, given, onSay } = props
  const { t } = useTranslation('review')
  const { t: label } = useTranslation('label')
  const { Controls } = kind
  const settles = props.settles ?? lead
  return (
    <div className={styles.verdicts}>
      <Suspense>
        <Controls
          classes={classes}
          plan={plan}
          proposal={given ? null : lead}
          proposalTag={t('leads')}
          given={given}
          sketch={props.sketch}
          disabled={false}
          onAnswer={props.onAnswer}
          onSearch={props.onSearch}
        />
      </Suspense>
      <div className={styles.commands}>
        {settles && (
          <button
            type="button"
            className={styles.accept}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onSay('accept')}
            aria-keyshortcuts="Space"
          >
            <kbd aria-hidden>{label('keys.space')}</kbd>
            {t('accept', { answer: answerText(settles, classes, label, kind.drawn !== null) })}
          </button>
        )}
        {COMMANDS.filter((one) => one !== 'gold' || (props.mayBeKnown && settles)).map((command) => {
          const key = keyOf(command, plan, REVIEW_LETTERS)
          return (
            <button
              key={command}
              type="button"
              className={styles.command}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onSay(command)}
              aria-keyshortcuts={key.shift ? `Shift+${key.letter}` : key.letter}
            >
              <kbd aria-hidden>
                {key.shift && '⇧'}
                {key.letter}
              </kbd>
              {t(command === 'nothing' && kind.drawn ? 'command.nothingDrawn' : `command.${command}`)}
            </button>
          )
        })}
      </div>
    </div>
  )
}
