import type { ApiError } from '@/api/errors'

export const FIRST_PAUSE = 500
export const LONGEST_PAUSE = 30_000

/**
 * What all who send wait at while the line is down: longer after each failure, until somebody gets through.
 * `timer` stands for setTimeout where nothing should wait.
 */
export class Gate {
  /** Why it is shut and when (milliseconds of the clock) the next try is; null while it is open. */
  shut: { problem: ApiError; until: number } | null = null
  private failures = 0
  private opened: Promise<void> = Promise.resolve()
  private open: () => void = () => undefined

  constructor(
    private readonly onChange: () => void,
    private readonly timer: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms),
  ) {}

  pass(): Promise<void> {
    return this.opened
  }

  /** Somebody could not get through: nobody tries again for a while. Several at once count as one. */
  hold(problem: ApiError): void {
    if (this.shut) return
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.failures)
    this.failures += 1
    const mine = { problem, until: Date.now() + pause }
    this.shut = mine
    this.opened = new Promise((resolve) => {
      this.open = resolve
    })
    this.timer(() => {
      if (this.shut === mine) this.tryNow()
    }, pause)
    this.onChange()
  }

  /** Ends the waiting; the next failure waits longer still. */
  tryNow(): void {
    if (!this.shut) return
    this.shut = null
    this.open()
    this.onChange()
  }

  /** Somebody got through. */
  through(): void {
    this.failures = 0
    this.tryNow()
  }
}
