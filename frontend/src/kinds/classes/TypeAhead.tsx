import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { classColour } from '@/theme/colours'
import type { ClassEntry, SearchProps } from '../kind'
import { type Hit, indexClasses, search } from './search'
import styles from './TypeAhead.module.css'

/** Finds a class by name: nine rows, each with its digit; Enter takes the marked one, Escape leaves. */
export function TypeAhead({ classes, recent, start, onPick, onClose }: SearchProps) {
  const { t } = useTranslation('label')
  const [typed, setTyped] = useState(start)
  const [marked, setMarked] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  const index = useMemo(() => indexClasses(classes), [classes])
  const hits = useMemo(() => search(index, typed, recent), [index, typed, recent])
  const current = hits[Math.min(marked, hits.length - 1)]

  useEffect(() => {
    const field = input.current
    field?.focus()
    field?.setSelectionRange(field.value.length, field.value.length)
  }, [])

  const take = (hit: Hit | undefined) => {
    if (hit) onPick(hit.entry.concept_id)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, its keys are its own: Enter and digits choose among its candidates.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return
    const row = /^[1-9]$/.test(event.key) ? hits[Number(event.key) - 1] : undefined
    if (row) take(row)
    else if (event.key === 'Enter') take(current)
    else if (event.key === 'Escape' || (event.key === 'Backspace' && typed === '')) onClose()
    else if (event.key === 'ArrowDown') setMarked((at) => Math.min(at + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setMarked((at) => Math.max(at - 1, 0))
    else return
    event.preventDefault()
  }

  return (
    <div className={styles.panel} data-search>
      <div className={styles.columns}>
        <div className={styles.list} id={list} role="listbox" aria-label={t('search.results')} tabIndex={-1}>
          {hits.map((hit, place) => (
            <Row
              key={hit.entry.concept_id}
              id={`${list}-${place}`}
              hit={hit}
              place={place}
              selected={hit === current}
              onPick={() => take(hit)}
              onPoint={() => setMarked(place)}
            />
          ))}
          {hits.length === 0 && <p className={styles.none}>{t('search.none')}</p>}
        </div>
        {current && <About entry={current.entry} />}
      </div>
      <input
        ref={input}
        className={styles.input}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setMarked(0)
        }}
        onKeyDown={onKeyDown}
        onBlur={onClose}
        placeholder={t('search.placeholder')}
        role="combobox"
        aria-label={t('search.title')}
        aria-expanded
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${list}-${hits.indexOf(current)}` : undefined}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
    </div>
  )
}

interface RowProps {
  id: string
  hit: Hit
  place: number
  selected: boolean
  onPick: () => void
  onPoint: () => void
}

function Row({ id, hit, place, selected, onPick, onPoint }: RowProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      className={styles.row}
      onMouseDown={(event) => event.preventDefault()}
      onMouseMove={onPoint}
      onClick={onPick}
    >
      <kbd aria-hidden>{place + 1}</kbd>
      <span className={styles.mark} style={{ background: classColour(hit.entry.index, hit.entry.color) }} aria-hidden />
      <span>{hit.entry.name}</span>
      {hit.synonym && <span className={styles.synonym}>{hit.synonym}</span>}
    </div>
  )
}

function About({ entry }: { entry: ClassEntry }) {
  const example = entry.examples[0]
  if (!entry.definition && !example) return null
  return (
    <div className={styles.about}>
      {example && <img src={example.url} alt="" />}
      <b>{entry.name}</b>
      <div>{entry.definition}</div>
    </div>
  )
}
