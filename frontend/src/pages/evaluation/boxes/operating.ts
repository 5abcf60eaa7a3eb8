import type { BoxReport } from '@/api/boxScores'

/** What a threshold does to the boxes of one class, or of all. */
export interface Operating {
  hit: number
  false: number
  wrong_class: number
  loose: number
  missed: number
  /** Shown and not right: false, of a wrong class, or loose. */
  wrong: number
  /** Null where nothing is shown. */
  precision: number | null
  /** Null where nothing is there. */
  recall: number | null
  f1: number | null
}

/** Counts and shares at the step of the threshold, 0 to 100, added up over all classes where `label` is null. */
export function operatingAt(report: BoxReport, label: number | null, step: number): Operating {
  const classes = (report.thresholds?.classes ?? []).filter((row) => label === null || row.index === label)
  const sum = (kind: 'hit' | 'false' | 'wrong_class' | 'loose') =>
    classes.reduce((total, row) => total + (row[kind][step] ?? 0), 0)
  const counts = { hit: sum('hit'), false: sum('false'), wrong_class: sum('wrong_class'), loose: sum('loose') }
  const wrong = counts.false + counts.wrong_class + counts.loose
  const missed = classes.reduce((total, row) => total + row.count, 0) - counts.hit
  return {
    ...counts,
    missed,
    wrong,
    precision: share(counts.hit, counts.hit + wrong),
    recall: share(counts.hit, counts.hit + missed),
    f1: share(2 * counts.hit, 2 * counts.hit + wrong + missed),
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** The step at or just below the evaluation's own threshold, so that the box which gave it its place is shown. */
export function suggestedStep(report: BoxReport): number {
  return Math.max(0, Math.min(100, Math.floor((report.threshold ?? 0.5) * 100 + 1e-5)))
}

export interface Points {
  x: number[]
  y: number[]
}

/** Precision over recall as the threshold falls; of thresholds with one recall the best. */
export function operatingCurve(report: BoxReport, label: number | null): Points {
  const best = new Map<number, number>()
  for (let step = 0; step <= 100; step++) {
    const { recall, precision } = operatingAt(report, label, step)
    if (recall === null || precision === null) continue
    best.set(recall, Math.max(best.get(recall) ?? 0, precision))
  }
  const places = [...best.entries()].sort((a, b) => a[0] - b[0])
  return { x: places.map(([recall]) => recall), y: places.map(([, precision]) => precision) }
}

/** The curve whose mean height is the average precision at overlap .5; over all classes their mean, which gives mAP. */
export function cocoCurve(report: BoxReport, label: number | null): Points {
  const classes = (report.curves?.classes ?? []).filter((row) => label === null || row.index === label)
  const x = report.curves?.recall ?? []
  if (classes.length === 0) return { x: [], y: [] }
  const y = x.map((_, place) => classes.reduce((sum, row) => sum + (row.precision[place] ?? 0), 0) / classes.length)
  return { x, y }
}

/** Several curves over one axis, with gaps where a curve has no point. */
export function onOneAxis(curves: Points[]): { x: number[]; values: (number | null)[][] } {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b)
  const place = new Map(x.map((at, index) => [at, index]))
  const values = curves.map((curve) => {
    const row: (number | null)[] = x.map(() => null)
    curve.x.forEach((at, index) => {
      row[place.get(at) as number] = curve.y[index] ?? null
    })
    return row
  })
  return { x, values }
}
