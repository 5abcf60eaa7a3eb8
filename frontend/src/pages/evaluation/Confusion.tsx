import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Confusion.module.css'

interface Props {
  names: string[]
  /** Rows are the truth, columns what the model said. */
  counts: number[][]
  chosen: [number, number] | null
  onChoose: (truth: number, predicted: number) => void
}

const LARGEST_TABLE = 24

/** The matrix as a table that can be walked by arrow keys; above two dozen classes as a heat-map of one pixel a cell. */
export function Confusion(props: Props) {
  return props.names.length <= LARGEST_TABLE ? <ConfusionTable {...props} /> : <HeatMap {...props} />
}

/** How dark a cell is: its share of the row, so that rare classes show as well as common ones. */
export function shade(row: number[], count: number): number {
  const total = row.reduce((sum, value) => sum + value, 0)
  return total === 0 ? 0 : count / total
}

function ConfusionTable({ names, counts, chosen, onChoose }: Props) {
  const { t } = useTranslation('training')
  const [at, setAt] = useState<[number, number]>([0, 0])
  const table = useRef<HTMLTableElement>(null)

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!step) return
    event.preventDefault()
    const bound = (value: number) => Math.max(0, Math.min(names.length - 1, value))
    const next: [number, number] = [bound(at[0] + (step[0] ?? 0)), bound(at[1] + (step[1] ?? 0))]
    setAt(next)
    table.current?.querySelector<HTMLElement>(`[data-cell="${next[0]}-${next[1]}"]`)?.focus()
  }

  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('evaluation.confusion')}>
      <table ref={table} className={classes.table} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              {t('evaluation.truthAxis')} ↓ / {t('evaluation.predictedAxis')} →
            </th>
            {names.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((truth, row) => (
            <tr key={truth}>
              <th scope="row">{truth}</th>
              {names.map((predicted, column) => {
                const line = counts[row] ?? []
                const count = line[column] ?? 0
                const dark = shade(line, count)
                return (
                  <td key={predicted}>
                    <button
                      type="button"
                      data-cell={`${row}-${column}`}
                      data-chosen={chosen?.[0] === row && chosen[1] === column}
                      data-right={row === column}
                      tabIndex={at[0] === row && at[1] === column ? 0 : -1}
                      aria-label={t('evaluation.cell', { truth, predicted, count })}
                      aria-pressed={chosen?.[0] === row && chosen[1] === column}
                      className={classes.cell}
                      style={
                        { '--dark': `${Math.round(dark * 100)}%`, color: dark > 0.55 ? '#fff' : undefined } as never
                      }
                      onFocus={() => setAt([row, column])}
                      onClick={() => onChoose(row, column)}
                    >
                      {count}
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function HeatMap({ names, counts, onChoose }: Props) {
  const { t } = useTranslation('training')
  const canvas = useRef<HTMLCanvasElement>(null)
  const [over, setOver] = useState<[number, number] | null>(null)
  const size = names.length

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const pixels = context.createImageData(size, size)
    counts.forEach((row, y) => {
      row.forEach((count, x) => {
        const dark = shade(row, count) ** 0.5
        const [red, green, blue] = x === y ? [0, 114, 178] : [213, 94, 0]
        const offset = 4 * (y * size + x)
        pixels.data.set([mix(red, dark), mix(green, dark), mix(blue, dark), 255], offset)
      })
    })
    context.putImageData(pixels, 0, 0)
  }, [counts, size])

  function cellAt(event: React.PointerEvent | React.MouseEvent): [number, number] {
    const box = event.currentTarget.getBoundingClientRect()
    const place = (at: number, length: number) => Math.max(0, Math.min(size - 1, Math.floor((at / length) * size)))
    return [place(event.clientY - box.top, box.height), place(event.clientX - box.left, box.width)]
  }
  const shown = over && {
    truth: names[over[0]] ?? '',
    predicted: names[over[1]] ?? '',
    count: counts[over[0]]?.[over[1]] ?? 0,
  }
  const worst = worstCells(counts).slice(0, 12)
  return (
    <div>
      <canvas
        ref={canvas}
        width={size}
        height={size}
        className={classes.heat}
        role="img"
        aria-label={t('evaluation.confusion')}
        onPointerMove={(event) => setOver(cellAt(event))}
        onClick={(event) => onChoose(...cellAt(event))}
      />
      <p role="status">{shown ? t('evaluation.cell', shown) : ' '}</p>
      <ul className={classes.worst}>
        {worst.map(([row, column, count]) => (
          <li key={`${row}-${column}`}>
            <button type="button" className={classes.link} onClick={() => onChoose(row, column)}>
              {t('evaluation.cell', { truth: names[row] ?? '', predicted: names[column] ?? '', count })}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function mix(channel: number | undefined, share: number): number {
  return Math.round(255 + ((channel ?? 0) - 255) * share)
}

/** Cells off the diagonal, the fullest first: the same pictures by keyboard that the heat-map gives by pointer. */
export function worstCells(counts: number[][]): [number, number, number][] {
  const cells = counts.flatMap((row, y) => row.map((count, x): [number, number, number] => [y, x, count]))
  return cells.filter(([y, x, count]) => y !== x && count > 0).sort((a, b) => b[2] - a[2])
}
