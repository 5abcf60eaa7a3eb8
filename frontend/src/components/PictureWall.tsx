import { VisuallyHidden } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Picture } from './Picture'
import classes from './PictureWall.module.css'
import { everything, extended, NOTHING, type Selection, toggled } from './selection'

export interface WallItem {
  id: number
  name: string
  thumb: string
  /** Shown in place of the name, which a reader who cannot see the picture is told all the same. */
  caption?: ReactNode
}

interface Props {
  label: string
  items: WallItem[]
  selection: Selection
  onSelect: (selection: Selection) => void
  onOpen: (id: number) => void
  /** Called when the last rows come into sight. */
  onEnd: () => void
  size?: number
}

const GAP = 8
const CAPTION = 44
/** What the header and a bar above the wall may cover of the window. */
const STICKY = 130

/**
 * Any number of pictures, of which only the visible rows exist.
 * Click or Space selects, Shift extends, Ctrl+A takes all that are loaded, Enter or a double click opens.
 */
export function PictureWall({ label, items, selection, onSelect, onOpen, onEnd, size = 168 }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const prefix = useId()
  const [width, setWidth] = useState(0)
  const [top, setTop] = useState(0)
  const [active, setActive] = useState(0)
  const columns = Math.max(2, Math.floor((width + GAP) / (size + GAP)))
  const rowHeight = Math.floor((width - GAP * (columns - 1)) / columns) + CAPTION + GAP
  const rows = useWindowVirtualizer({
    count: width > 0 ? Math.ceil(items.length / columns) : 0,
    estimateSize: () => rowHeight,
    overscan: 3,
    scrollMargin: top,
    scrollPaddingStart: STICKY,
    scrollPaddingEnd: GAP,
  })
  const ids = items.map((item) => item.id)
  const current = Math.min(active, items.length - 1)

  useEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      setWidth(element.clientWidth)
      setTop(element.getBoundingClientRect().top + window.scrollY)
    }
    const watcher = new ResizeObserver(measure)
    watcher.observe(element)
    measure()
    return () => watcher.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured again only when their height changes
  useEffect(() => rows.measure(), [rowHeight])

  const lastShown = rows.getVirtualItems().at(-1)?.index ?? -1
  const nearEnd = items.length > 0 && (lastShown + 3) * columns >= items.length
  useEffect(() => {
    if (nearEnd) onEnd()
  }, [nearEnd, onEnd])

  function moveTo(index: number, extend: boolean) {
    const next = Math.max(0, Math.min(items.length - 1, index))
    const item = items[next]
    if (!item) return
    setActive(next)
    rows.scrollToIndex(Math.floor(next / columns))
    if (extend) {
      const from = selection.anchor === null ? toggledIfNot(selection, ids[current]) : selection
      onSelect(extended(from, item.id, ids))
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    const item = items[current]
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (step !== undefined) moveTo(current + step, event.shiftKey)
    else if (event.key === 'Home') moveTo(0, event.shiftKey)
    else if (event.key === 'End') moveTo(items.length - 1, event.shiftKey)
    else if (event.key === ' ' && item) onSelect(toggled(selection, item.id))
    else if (event.key === 'Enter' && item) onOpen(item.id)
    else if (event.key === 'Escape') onSelect(NOTHING)
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) onSelect(everything(ids))
    else return
    event.preventDefault()
  }

  function onPick(event: MouseEvent, index: number) {
    const item = items[index]
    if (!item) return
    setActive(index)
    onSelect(event.shiftKey ? extended(selection, item.id, ids) : toggled(selection, item.id))
  }

  return (
    <div
      ref={box}
      className={classes.wall}
      role="listbox"
      aria-label={label}
      aria-multiselectable
      aria-activedescendant={items[current] ? `${prefix}${items[current].id}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      style={{ height: rows.getTotalSize() }}
    >
      {rows.getVirtualItems().map((row) => (
        <div
          key={row.key}
          role="presentation"
          className={classes.row}
          style={{
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            gap: GAP,
            transform: `translateY(${row.start - top}px)`,
          }}
        >
          {items.slice(row.index * columns, (row.index + 1) * columns).map((item, at) => {
            const index = row.index * columns + at
            return (
              <div
                key={item.id}
                id={`${prefix}${item.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={selection.ids.has(item.id)}
                aria-setsize={-1}
                aria-posinset={index + 1}
                className={classes.tile}
                data-active={index === current || undefined}
                onClick={(event) => onPick(event, index)}
                onDoubleClick={() => onOpen(item.id)}
              >
                <div className={classes.frame}>
                  <Picture src={item.thumb} alt="" eager />
                  <span className={classes.tick} aria-hidden>
                    ✓
                  </span>
                </div>
                <div className={classes.caption}>
                  {item.caption ? (
                    <>
                      <VisuallyHidden>{item.name}, </VisuallyHidden>
                      {item.caption}
                    </>
                  ) : (
                    item.name
                  )}
                </div>
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}

function toggledIfNot(selection: Selection, id: number | undefined): Selection {
  if (id === undefined) return selection
  return selection.ids.has(id) ? { ...selection, anchor: id } : toggled(selection, id)
}
