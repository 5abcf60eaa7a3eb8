import type { CurveDetail } from '@/api/curves'

export interface Lines {
  /** Numbers of training pictures at which anything is known, rising. */
  x: number[]
  value: (number | null)[]
  low: (number | null)[]
  high: (number | null)[]
  /** The points, one list for each training that a number of pictures had. */
  seeds: (number | null)[][]
}

/** A curve's points and its estimate over one axis. */
export function lines(curve: Pick<CurveDetail, 'points' | 'estimate'>): Lines {
  const trained = new Map<number, number[]>()
  for (const { pictures, figure } of curve.points) {
    const value = figure?.value ?? null
    if (pictures !== null && value !== null) trained.set(pictures, [...(trained.get(pictures) ?? []), value])
  }
  const estimate = new Map(curve.estimate.curve.map((row) => [row.pictures, row]))
  const x = [...new Set([...trained.keys(), ...estimate.keys()])].sort((a, b) => a - b)
  const most = Math.max(0, ...[...trained.values()].map((values) => values.length))
  const of = (part: 'value' | 'low' | 'high') => x.map((at) => estimate.get(at)?.[part] ?? null)
  return {
    x,
    value: of('value'),
    low: of('low'),
    high: of('high'),
    seeds: Array.from({ length: most }, (_, place) => x.map((at) => trained.get(at)?.[place] ?? null)),
  }
}
