import { type MouseEvent, memo, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, KeyPlan, LabelKind, Pass } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer } from '@/store/desk'
import { keyOf, LABEL_LETTERS } from './keys'
import styles from './label.module.css'

const PASSES: readonly Pass[] = ['cannot_tell', 'nothing', 'broken', 'skip']
const keepFocus = (event: MouseEvent) => event.preventDefault()

interface Props {
  kind: LabelKind
  classes: readonly ClassEntry[]
  plan: KeyPlan
  proposal: Answer | null
  given: Answer | null
  sketch: Gathering | null
  /** What Space does, in words; null where it does nothing. */
  acceptText: string | null
  /** No picture to answer for. */
  idle: boolean
  /** The picture cannot be seen: it may only be called broken or skipped. */
  blind: boolean
  onAnswer: (answer: Answer) => void
  onPass: (pass: Pass) => void
  onSearch: () => void
  onAccept: () => void
}

/** Under the picture, in reach of a thumb: the classes, then what can be said instead of a class. */
export const Footer = memo(function Footer(props: Props) {
  const { kind, classes, plan, proposal, given, idle, blind } = props
  const { t } = useTranslation('label')
  const { Controls } = kind
  return (
    <footer className={styles.footer}>
      <Suspense>
        <Controls
          classes={classes}
          plan={plan}
          proposal={given ? null : proposal}
          given={given}
          sketch={props.sketch}
          disabled={idle || blind}
          onAnswer={props.onAnswer}
          onSearch={props.onSearch}
        />
      </Suspense>
      <div className={styles.passes}>
        {props.acceptText && (
          <button
            type="button"
            className={styles.accept}
            onMouseDown={keepFocus}
            onClick={props.onAccept}
            disabled={idle}
            aria-keyshortcuts="Space"
          >
            <kbd aria-hidden>{t('keys.space')}</kbd>
            {props.acceptText}
          </button>
        )}
        {PASSES.map((pass) => {
          const key = keyOf(pass, plan, LABEL_LETTERS)
          const marked =
            given !== null && ('nothing' in given ? pass === 'nothing' : 'pass' in given && given.pass === pass)
          return (
            <button
              key={pass}
              type="button"
              className={styles.pass}
              data-given={marked || undefined}
              onMouseDown={keepFocus}
              onClick={() => props.onPass(pass)}
              disabled={idle || (blind && pass !== 'broken' && pass !== 'skip')}
              aria-keyshortcuts={key.shift ? `Shift+${key.letter}` : key.letter}
            >
              <kbd aria-hidden>
                {key.shift && '⇧'}
                {key.letter}
              </kbd>
              {t(pass === 'nothing' && kind.drawn ? 'pass.nothingDrawn' : `pass.${pass}`)}
            </button>
          )
        })}
      </div>
    </footer>
  )
})
