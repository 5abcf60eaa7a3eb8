import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classColour } from '@/theme/colours'
import type { ClassEntry, KeyPlan } from '../kind'
import styles from './Chips.module.css'

interface Props {
  classes: readonly ClassEntry[]
  plan: KeyPlan
  /** True when there are more classes than keys: only those with a key are shown, and the search. */
  many: boolean
  /** Ringed, with what the ring says. */
  proposed: readonly number[]
  proposedTag: string
  /** Marked, with what the mark says. */
  given: readonly number[]
  givenTag: string
  /** Of classes that can be ticked, those that are; absent where one click answers. */
  ticked?: readonly number[]
  disabled: boolean
  onPick: (concept: number) => void
  onSearch: () => void
}

/** One button per class that has a key, and the way to all the others when there are more. */
export const Chips = memo(function Chips(props: Props) {
  const { classes, plan, many, proposed, given, ticked, disabled, onPick, onSearch } = props
  const { t } = useTranslation('label')
  const live = classes.filter((entry) => !entry.archived)
  const wanted = new Set([...proposed, ...given, ...(ticked ?? [])])
  const shown = many ? live.filter((entry) => plan.keys.has(entry.concept_id) || wanted.has(entry.concept_id)) : live
  const ordered = many ? bySlot(shown, plan.keys) : shown
  return (
    <fieldset className={styles.chips}>
      <legend hidden>{t('classes.title')}</legend>
      {ordered.map((entry) => (
        <Chip
          key={entry.concept_id}
          entry={entry}
          hotkey={plan.keys.get(entry.concept_id) ?? null}
          proposed={proposed.includes(entry.concept_id) ? props.proposedTag : null}
          given={given.includes(entry.concept_id) ? props.givenTag : null}
          ticked={ticked?.includes(entry.concept_id)}
          disabled={disabled}
          onPick={onPick}
        />
      ))}
      {many && (
        <button
          type="button"
          className={`${styles.chip} ${styles.search}`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={onSearch}
          disabled={disabled}
          aria-keyshortcuts="/"
        >
          <kbd aria-hidden>/</kbd>
          <span className={styles.name}>{t('classes.search', { count: live.length })}</span>
        </button>
      )}
    </fieldset>
  )
})

function bySlot(shown: readonly ClassEntry[], keys: ReadonlyMap<number, string>): ClassEntry[] {
  const place = (entry: ClassEntry) => '1234567890'.indexOf(keys.get(entry.concept_id) ?? '')
  return [...shown].sort((a, b) => (place(a) < 0 ? 99 : place(a)) - (place(b) < 0 ? 99 : place(b)))
}

interface ChipProps {
  entry: ClassEntry
  hotkey: string | null
  proposed: string | null
  given: string | null
  ticked?: boolean | undefined
  disabled: boolean
  onPick: (concept: number) => void
}

const Chip = memo(function Chip({ entry, hotkey, proposed, given, ticked, disabled, onPick }: ChipProps) {
  const [looking, setLooking] = useState(false)
  const example = entry.examples[0]
  // Where classes are ticked the tick itself says which stand, and only a suggestion is marked besides.
  const marked = ticked === undefined ? given && styles.given : ticked && styles.ticked
  const marks = [styles.chip, proposed && styles.proposed, marked].filter(Boolean).join(' ')
  return (
    <span
      className={styles.holder}
      onMouseEnter={() => setLooking(true)}
      onMouseLeave={() => setLooking(false)}
      onFocus={() => setLooking(true)}
      onBlur={() => setLooking(false)}
    >
      <button
        type="button"
        className={marks}
        // A click must not take the keyboard away from the page: the next Space means "accept", not "click again".
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => onPick(entry.concept_id)}
        disabled={disabled}
        aria-keyshortcuts={hotkey ?? undefined}
        aria-pressed={ticked}
        data-concept={entry.concept_id}
      >
        {hotkey && <kbd aria-hidden>{hotkey.toUpperCase()}</kbd>}
        <span className={styles.mark} style={{ background: classColour(entry.index, entry.color) }} aria-hidden />
        <span className={styles.name}>{entry.name}</span>
        {ticked && (
          <span className={styles.tick} aria-hidden>
            ✓
          </span>
        )}
        {proposed && <span className={styles.tag}>{proposed}</span>}
        {given && <span className={styles.tag}>{given}</span>}
      </button>
      {looking && (entry.definition || example) && (
        <span className={styles.card} role="tooltip">
          {example && <img src={example.url} alt="" />}
          <span>
            <b>{entry.name}</b>
            {entry.definition && <br />}
            {entry.definition}
          </span>
        </span>
      )}
    </span>
  )
})
