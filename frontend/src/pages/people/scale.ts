/** Where values lie on an axis of so many pixels. */
export interface Axis {
  at: (value: number) => number
  ticks: number[]
}

const STEPS = [1, 2, 5]
const LEAST_SHARE = 0.5

/** A logarithmic axis over positive values, from left to right, with ticks at 1, 2 and 5 times powers of ten. */
export function logAxis(values: readonly number[], length: number): Axis {
  const low = Math.min(...values) / 1.5
  const high = Math.max(...values) * 1.5
  const span = Math.log(high) - Math.log(low)
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const step of STEPS) {
      const tick = step * 10 ** power
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return { at: (value) => (length * (Math.log(value) - Math.log(low))) / span, ticks }
}

/** An axis of shares, from the bottom up: from a half, or lower where somebody lies lower, to one. */
export function shareAxis(values: readonly number[], length: number): Axis {
  const low = Math.max(0, Math.floor((Math.min(LEAST_SHARE + 0.05, ...values) - 0.05) * 10) / 10)
  const count = Math.round((1 - low) * 10)
  const ticks = Array.from({ length: count + 1 }, (_, step) => Math.round((low + step / 10) * 10) / 10)
  return {
    at: (value) => length * (1 - (value - low) / (1 - low)),
    ticks: count > 5 ? ticks.filter((_, at) => at % 2 === count % 2) : ticks,
  }
}
