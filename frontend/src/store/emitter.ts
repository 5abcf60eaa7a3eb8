/** Tells whoever listens that something changed; what changed is read from the source itself. */
export class Emitter {
  private listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  protected emit(): void {
    for (const listener of [...this.listeners]) listener()
  }
}
