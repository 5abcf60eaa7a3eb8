import { type KeyboardEvent, type MouseEvent, memo, useId, useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { FLAGS } from '@/store/desk'
import { classColour } from '@/theme/colours'
import type { ClassEntry, PanelProps } from '../kind'
import { type DrawnBox, inReadingOrder } from './boxes'
import { namesOf } from './marks'
import styles from './Panel.module.css'
import { BoxSketch } from './sketch'
import { type Warning, warningsOf } from './warnings'

/** So many boxes are written out on either side of the one in hand. */
const WRITTEN = 60
const keepFocus = (event: MouseEvent) => event.preventDefault()
const NO_WARNINGS: readonly Warning[] = []

/** Beside the picture: the boxes as a list to be read and walked, and what can be said of the one in hand. */
export function Panel({ sketch, classes, disabled }: PanelProps) {
  const { t } = useTranslation('box')
  if (!(sketch instanceof BoxSketch)) throw new Error('this panel is for boxes')
  useSyncExternalStore(sketch.subscribe, () => sketch.turn)
  const names = useMemo(() => namesOf(classes), [classes])
  const { boxes, hand, note } = sketch
  const warnings = useMemo(() => warningsOf(boxes.list), [boxes.list])
  const proposed = boxes.list.filter((each) => each.proposed).length
  return (
    <aside className={styles.panel} aria-label={t('panel')}>
      <p className={styles.count} role="status">
        {t('count', { count: boxes.list.length })}
        {proposed > 0 && <span className={styles.proposed}>{t('proposed', { number: proposed })}</span>}
      </p>
      {note && (
        <p className={styles.note} role="alert">
          {t(`note.${note}`)}
        </p>
      )}
      <List sketch={sketch} names={names} warnings={warnings} />
      <Tools sketch={sketch} hand={hand} disabled={disabled} />
      {hand && (warnings.get(hand.id) ?? NO_WARNINGS).length > 0 && (
        <ul className={styles.warnings} role="status">
          {(warnings.get(hand.id) ?? NO_WARNINGS).map((warning) => (
            <li key={warning}>{t(`warning.${warning}`)}</li>
          ))}
        </ul>
      )}
    </aside>
  )
}

interface ListProps {
  sketch: BoxSketch
  names: ReadonlyMap<number, ClassEntry>
  warnings: ReadonlyMap<number, readonly Warning[]>
}

function List({ sketch, names, warnings }: ListProps) {
  const { t } = useTranslation('box')
  const id = useId()
  const order = inReadingOrder(sketch.boxes)
  const at = order.findIndex((each) => each.id === sketch.boxes.selected)
  const first = Math.max(0, Math.min(at - WRITTEN, order.length - 2 * WRITTEN))
  const shown = order.slice(first, first + 2 * WRITTEN + 1)
  const walk = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const next = order[at === -1 ? (step > 0 ? 0 : order.length - 1) : at + step]
    if (step === 0 || !next || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    event.stopPropagation()
    sketch.select(next.id)
  }
  return (
    <div
      className={styles.list}
      role="listbox"
      aria-label={t('list')}
      aria-activedescendant={at >= first && at < first + shown.length ? `${id}-${order[at]?.id}` : undefined}
      tabIndex={0}
      onKeyDown={walk}
    >
      {shown.map((each, place) => (
        <Row
          key={each.id}
          id={`${id}-${each.id}`}
          drawn={each}
          entry={names.get(each.concept)}
          warned={(warnings.get(each.id) ?? NO_WARNINGS).join(' ')}
          selected={each.id === sketch.boxes.selected}
          place={first + place + 1}
          total={order.length}
          sketch={sketch}
        />
      ))}
      {order.length === 0 && (
        <span className={styles.none} role="option" aria-selected={false} aria-disabled>
          {t('none')}
        </span>
      )}
    </div>
  )
}

interface RowProps {
  id: string
  drawn: DrawnBox
  entry: ClassEntry | undefined
  /** The warnings, parted by spaces. */
  warned: string
  selected: boolean
  place: number
  total: number
  sketch: BoxSketch
}

const Row = memo(function Row({ id, drawn, entry, warned, selected, place, total, sketch }: RowProps) {
  const { t } = useTranslation('box')
  const [x0, y0, x1, y1] = drawn.box.map(Math.round) as [number, number, number, number]
  const name = entry?.name ?? '?'
  const said = [
    drawn.proposed &&
      (drawn.score === null ? t('state.unscored') : t('state.proposed', { percent: Math.round(drawn.score * 100) })),
    ...drawn.flags.map((flag) => t(`flag.${flag}`)),
    drawn.locked && t('state.locked'),
    ...warned.split(' ').map((warning) => warning && t(`warned.${warning as Warning}`)),
  ].filter(Boolean)
  const spoken = t('spoken', { name, width: x1 - x0, height: y1 - y0, x: x0, y: y0 })
  return (
    <div
      id={id}
      role="option"
      className={styles.row}
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={place}
      data-proposed={drawn.proposed || undefined}
      data-warned={warned || undefined}
      ref={selected ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}
      onMouseDown={keepFocus}
      onClick={() => sketch.select(drawn.id)}
    >
      <span className={styles.mark} style={{ background: classColour(entry?.index ?? 7, entry?.color) }} aria-hidden />
      <span className={styles.unseen}>{[spoken, ...said].join(', ')}</span>
      <span className={styles.name} aria-hidden>
        {name}
      </span>
      <span className={styles.size} aria-hidden>
        {x1 - x0} × {y1 - y0}
      </span>
      {said.length > 0 && (
        <span className={styles.said} aria-hidden>
          {said.join(' · ')}
        </span>
      )}
    </div>
  )
})

function Tools({ sketch, hand, disabled }: { sketch: BoxSketch; hand: DrawnBox | null; disabled: boolean }) {
  const { t } = useTranslation('box')
  const none = disabled || hand === null
  const tool = (key: string, pressed: boolean, off: boolean, act: () => void, text: string) => (
    <button
      key={text}
      type="button"
      className={styles.tool}
      onMouseDown={keepFocus}
      onClick={act}
      disabled={off}
      aria-pressed={pressed}
      aria-keyshortcuts={key || undefined}
    >
      {key && <kbd aria-hidden>{key}</kbd>}
      {text}
    </button>
  )
  const press = (key: string) => () =>
    void sketch.key(
      { key, code: '', shift: false, ctrl: false, alt: false, repeat: false, onControl: true },
      { view: { scale: 1, x: 0, y: 0 }, stage: sketch.size },
    )
  const keys = { occluded: 'O', truncated: 'T', difficult: 'Q', crowd: '' } as const
  return (
    <>
      <fieldset className={styles.tools}>
        <legend>{t('hand')}</legend>
        {FLAGS.map((flag) =>
          tool(
            keys[flag],
            hand?.flags.includes(flag) ?? false,
            none,
            () => hand && sketch.change({ do: 'flag', id: hand.id, flag }),
            t(`flag.${flag}`),
          ),
        )}
        {tool('L', hand?.locked ?? false, none, press('l'), t('tool.lock'))}
        {tool('D', false, none, press('d'), t('tool.duplicate'))}
        {tool('X', false, none, press('x'), t('tool.remove'))}
      </fieldset>
      <fieldset className={styles.tools}>
        <legend>{t('drawing')}</legend>
        {tool('N', sketch.gesture?.do === 'aim', disabled, press('n'), t('tool.new'))}
        {tool('E', sketch.gesture?.do === 'extreme', disabled, press('e'), t('tool.extreme'))}
        {tool('H', sketch.hiding, disabled, press('h'), t('tool.hide'))}
      </fieldset>
    </>
  )
}
