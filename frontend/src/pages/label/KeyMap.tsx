import { useTranslation } from 'react-i18next'
import type { ClassEntry, KeyPlan, LabelKind } from '@/kinds/kind'
import { keyOf, LABEL_LETTERS } from './keys'
import styles from './label.module.css'
import { Sheet } from './Sheet'

const NO_LETTERS: ReadonlySet<string> = new Set()
const ROWS = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm']

interface Props {
  kind: LabelKind
  plan: KeyPlan
  classes: readonly ClassEntry[]
  onClose: () => void
}

/** The keyboard, drawn, with the keys of this task lit; under it the keys that are not letters. */
export function KeyMap({ kind, plan, classes, onClose }: Props) {
  const { t } = useTranslation(['label', 'box'])
  const names = new Map(classes.map((entry) => [entry.concept_id, entry.name]))
  const classOf = new Map([...plan.keys].map(([concept, key]) => [key, names.get(concept) ?? '']))
  const letters = kind.drawn?.letters ?? NO_LETTERS
  const texts = kind.gathers?.keys ?? 'keys'
  const others = [
    [t('keys.space'), t(`${texts}.accept`)],
    ['Ctrl+Z', t(`${texts}.undo`)],
    ['Ctrl+Shift+Z', t('keys.redo')],
    ['Esc', t(`${texts}.newest`)],
    ['/', t('keys.search')],
    ['?', t('keys.title')],
  ]
  return (
    <Sheet
      title={t('keys.title')}
      wide
      onClose={onClose}
      onKey={(event) => {
        if (event.key === '?') onClose()
      }}
    >
      {plan.searches !== 'none' && <p className={styles.help}>{t(`keys.searchHelp.${plan.searches}`)}</p>}
      <div className={styles.keyboard} tabIndex={0} role="img" aria-label={t('keys.drawn')}>
        {ROWS.map((row) => (
          <div key={row} className={styles.keyRow}>
            {[...row].map((key) => {
              const command = LABEL_LETTERS[key]
              const name = classOf.get(key)
              const draws = !name && letters.has(key)
              const shift = command && keyOf(command, plan, LABEL_LETTERS).shift ? '⇧ ' : ''
              const said = command && !draws && `${shift}${t(`keys.short.${command}` as 'close')}`
              return (
                <span
                  key={key}
                  className={styles.key}
                  data-lit={name ? 'class' : draws || command ? 'command' : undefined}
                >
                  <b>{key.toUpperCase()}</b>
                  <small>{name ?? (draws ? t(`box:short.${key}` as 'close') : said)}</small>
                </span>
              )
            })}
          </div>
        ))}
      </div>
      <dl className={styles.keyList}>
        {Object.entries(LABEL_LETTERS).map(([key, command]) => (
          <div key={key}>
            <dt>
              <kbd>{keyOf(command, plan, LABEL_LETTERS).shift ? `Shift+${key.toUpperCase()}` : key.toUpperCase()}</kbd>
            </dt>
            <dd>{t(`${command === 'nothing' ? texts : 'keys'}.${command}` as 'close')}</dd>
          </div>
        ))}
        {others.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {kind.drawn && (
        <>
          <h3>{t('box:keys.title')}</h3>
          <dl className={styles.keyList}>
            {kind.drawn.help.map(([key, text]) => (
              <div key={key}>
                <dt>
                  <kbd>{key === 'Space' ? t('keys.space') : key}</kbd>
                </dt>
                <dd>{t(`box:keys.${text}` as 'close')}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className={styles.help}>{t('keys.ownKey')}</p>
    </Sheet>
  )
}
