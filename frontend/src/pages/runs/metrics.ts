import type { MetricLine } from '@/api/training'

export interface Series {
  epochs: number[]
  trainLoss: (number | null)[]
  valLoss: (number | null)[]
  trainAccuracy: (number | null)[]
  valAccuracy: (number | null)[]
  /** Of boxes: over overlaps .5 to .95, and at .5. */
  valMap: (number | null)[]
  valMap50: (number | null)[]
  /** The loss within the running epoch, at fractions of an epoch. */
  steps: number[]
  stepLoss: (number | null)[]
}

/**
 * Curves from the lines of a run's metrics. Where an epoch stands twice (a run went on from its checkpoint), the later
 * line counts, so that no curve runs backwards.
 */
export function seriesOf(lines: MetricLine[]): Series {
  const byEpoch = new Map<number, MetricLine>()
  const byStep = new Map<number, number>()
  let perEpoch = 1
  for (const line of lines) {
    if (line.event === 'start') perEpoch = Math.max(1, line.steps_per_epoch ?? 1)
    if (line.event === 'epoch' && line.epoch !== undefined) byEpoch.set(line.epoch, line)
    if (line.event === 'step' && line.epoch !== undefined && line.loss !== undefined) {
      const within = Math.min(line.step ?? 0, perEpoch) / perEpoch
      byStep.set(line.epoch - 1 + within, line.loss)
    }
  }
  const rows = [...byEpoch.values()].sort((a, b) => (a.epoch ?? 0) - (b.epoch ?? 0))
  const steps = [...byStep.entries()].sort((a, b) => a[0] - b[0])
  return {
    epochs: rows.map((row) => row.epoch ?? 0),
    trainLoss: rows.map((row) => row.train_loss ?? null),
    valLoss: rows.map((row) => row.val_loss ?? null),
    trainAccuracy: rows.map((row) => row.train_accuracy ?? null),
    valAccuracy: rows.map((row) => row.val_accuracy ?? null),
    valMap: rows.map((row) => row.val_map ?? null),
    valMap50: rows.map((row) => row.val_map50 ?? null),
    steps: steps.map(([at]) => at),
    stepLoss: steps.map(([, loss]) => loss),
  }
}
