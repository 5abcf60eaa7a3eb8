import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ClassEntry, KeyPlan, LabelKind } from '@/kinds/kind'
import type { Gathering } from '@/kinds/sketch'
import type { Answer } from '@/store/desk'
import { keyOf, LABEL_LETTERS } from '../label/keys'
import styles from './practice.module.css'

const PASSES = ['cannot_tell', 'nothing'] as const

interface Props {
  kind: LabelKind
  classes: readonly ClassEntry[]
  plan: KeyPlan
  sketch: Gathering | null
  busy: boolean
  onAnswer: (answer: Answer) => void
  onPass: (pass: (typeof PASSES)[number]) => void
  onAccept: () => void
  onSearch: () => void
}

/** The buttons that give an answer, as on the label page but for those that pass the picture over. */
export function Asking({ kind, classes, plan, sketch, busy, onAnswer, onPass, onAccept, onSearch }: Props) {
  const { t } = useTranslation(['volunteers', 'label'])
  const { Controls } = kind
  return (
    <div className={styles.asking}>
      <Controls
        classes={classes}
        plan={plan}
        proposal={null}
        given={null}
        sketch={sketch}
        disabled={busy}
        onAnswer={onAnswer}
        onSearch={onSearch}
      />
      <div className={styles.passes}>
        {kind.gathers && (
          <Button
            loading={busy}
            disabled={!sketch}
            onMouseDown={(event) => event.preventDefault()}
            onClick={onAccept}
            aria-keyshortcuts="Space"
          >
            {t('practice.submit')}
          </Button>
        )}
        {PASSES.map((pass) => {
          const key = keyOf(pass, plan, LABEL_LETTERS)
          return (
            <Button
              key={pass}
              variant="default"
              disabled={busy}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPass(pass)}
              aria-keyshortcuts={key.shift ? `Shift+${key.letter}` : key.letter}
            >
              {t(pass === 'nothing' && kind.drawn ? 'label:pass.nothingDrawn' : `label:pass.${pass}`)}
            </Button>
          )
        })}
      </div>
    </div>
  )
}
