import { useCallback, useRef, useSyncExternalStore } from 'react'

/** A tab that is hidden before its frame makes none: what waits for it does not wait longer than this. */
const LATEST_MS = 200

/** Runs after the frame that is being made has been shown; at once-ish in a hidden tab, which makes no frames. */
export function afterFrame(run: () => void): void {
  if (document.visibilityState === 'hidden') {
    setTimeout(run, 0)
    return
  }
  const late = setTimeout(() => {
    cancelAnimationFrame(frame)
    run()
  }, LATEST_MS)
  const frame = requestAnimationFrame(() => {
    clearTimeout(late)
    setTimeout(run, 0)
  })
}

interface Source {
  subscribe: (listener: () => void) => () => void
}

/** Reads a source and follows it, a frame behind: what React shows never delays the picture. */
export function useQuiet<T>(source: Source, read: () => T): T {
  const waiting = useRef(false)
  const subscribe = useCallback(
    (listener: () => void) => {
      let on = true
      const off = source.subscribe(() => {
        if (waiting.current) return
        waiting.current = true
        afterFrame(() => {
          waiting.current = false
          if (on) listener()
        })
      })
      return () => {
        on = false
        off()
      }
    },
    [source],
  )
  return useSyncExternalStore(subscribe, read)
}
