import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface Curve {
  label: string
  values: (number | null)[]
  colour: string
  dash?: number[]
  /** Round marks without a line between them; false: a line without any. */
  marks?: boolean
  /** This curve and the next are the upper and lower edge of a band, which is filled with this one's colour. */
  band?: boolean
  /** A line that only bounds something. */
  thin?: boolean
}

interface Props {
  /** What the picture shows, for readers who cannot see it; the numbers themselves stand in a table beside it. */
  description: string
  xLabel: string
  x: number[]
  curves: Curve[]
  height?: number
  /** Values are shares from 0 to 1 and are written as percentages. */
  percent?: boolean
}

/** Lines over a common axis, redrawn in place when points are added. */
export function Curves({ description, xLabel, x, curves, height = 240, percent = false }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const { colorScheme } = useMantineColorScheme()
  const shape = curves.map((curve) => `${curve.label}|${curve.colour}|${curve.band ?? ''}`).join(';')

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the curves' looks; their points follow below
  useEffect(() => {
    const element = box.current
    if (!element) return
    const text = getComputedStyle(element).color
    const grid = { stroke: 'rgba(128, 128, 128, 0.25)', width: 1 }
    const write = (value: number | null) =>
      value === null ? '–' : percent ? `${(value * 100).toFixed(1)} %` : value.toPrecision(4)
    const drawn = new uPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { drag: { x: false, y: false } },
        scales: { x: { time: false } },
        axes: [
          { label: xLabel, stroke: text, grid, ticks: grid },
          {
            stroke: text,
            grid,
            ticks: grid,
            size: 64,
            values: (_, ticks) => ticks.map((tick) => (percent ? `${Math.round(tick * 100)} %` : String(tick))),
          },
        ],
        bands: curves.flatMap((curve, at) =>
          curve.band ? [{ series: [at + 1, at + 2] as [number, number], fill: `${curve.colour}26` }] : [],
        ),
        series: [
          { label: xLabel },
          ...curves.map((curve) => ({
            label: curve.label,
            stroke: curve.colour,
            width: curve.thin ? 0.5 : 2,
            dash: curve.dash,
            spanGaps: true,
            ...(curve.marks
              ? { paths: () => null, points: { show: true, size: 13, fill: curve.colour } }
              : { points: { show: curve.marks !== false && !curve.thin && curve.values.length < 60, size: 6 } }),
            value: (_: uPlot, value: number | null) => write(value),
          })),
        ],
      },
      [x, ...curves.map((curve) => curve.values)],
      element,
    )
    plot.current = drawn
    const watcher = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      drawn.destroy()
      plot.current = null
    }
  }, [shape, xLabel, height, percent, colorScheme])

  useEffect(() => {
    plot.current?.setData([x, ...curves.map((curve) => curve.values)])
  }, [x, curves])

  return <div ref={box} role="img" aria-label={description} style={{ width: '100%', minHeight: height + 40 }} />
}
