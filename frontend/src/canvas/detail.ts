/** The picture in its own resolution, fetched when somebody looks closer than its display rendition can show. */
import { type Level, levelFor, type Pyramid } from './pyramid'

export type DetailState = 'none' | 'loading' | 'ready' | 'failed'

export class Detail {
  state: DetailState = 'none'
  private of: Pyramid | null = null
  private level: Level | null = null

  /** Runs when it has come. */
  constructor(private readonly onReady: () => void) {}

  /** Another picture, or none: what was fetched for the one before is let go. */
  show(pyramid: Pyramid | null): void {
    if (pyramid === this.of) return
    this.level?.bitmap.close()
    this.level = null
    this.state = 'none'
    this.of = pyramid
  }

  /** The picture with all levels there are; fetches the largest one where `density` screen pixels ask for it. */
  at(density: number): Pyramid | null {
    const { of, level } = this
    if (!of) return null
    if (level) return { ...of, levels: [level, ...of.levels] }
    if (of.whole && this.state === 'none' && density > levelFor(of, density).scale * 1.001) void this.fetch(of)
    return of
  }

  private async fetch(of: Pyramid): Promise<void> {
    this.state = 'loading'
    try {
      const bitmap = await of.whole?.()
      if (!bitmap) return
      if (of !== this.of) {
        bitmap.close()
        return
      }
      this.level = { bitmap, scale: bitmap.width / of.size.width }
      this.state = 'ready'
    } catch {
      // The rendition goes on being shown; another picture, or this one shown again, asks anew.
      if (of === this.of) this.state = 'failed'
    }
    if (of === this.of) this.onReady()
  }
}
