import { act, cleanup, configure, getConfig } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

const { asyncWrapper } = getConfig()
configure({
  // A busy machine is slow, not wrong: only a page that never gets there fails.
  asyncUtilTimeout: 15_000,
  // What a commit shows is there before its effects have run, such as a subscription to what is drawn. Nobody acts in
  // between, but a test does whose wait ends with the commit: each wait ends when the effects have run too.
  asyncWrapper: async (wait) => {
    const found = await asyncWrapper(wait)
    await act(async () => undefined)
    return found
  },
})
vi.setConfig({ testTimeout: 60_000 })

// What the component kit asks of a browser and jsdom does not have.
class NoResize {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
window.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver
window.matchMedia ??= (query) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }) as MediaQueryList
Element.prototype.scrollIntoView ??= () => undefined

afterEach(() => {
  cleanup()
  localStorage.clear()
})
