/** Where this device keeps "light", "dark" or "auto"; the component kit reads and writes the same place. */
export const KEPT = 'fovea.theme'

const DARK = '(prefers-color-scheme: dark)'

/** Puts the chosen appearance on the page before anything is drawn, and follows the system where that was chosen. */
export function startScheme(): void {
  const apply = () => {
    const kept = localStorage.getItem(KEPT)
    const dark = kept === 'dark' || (kept !== 'light' && window.matchMedia(DARK).matches)
    document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  }
  apply()
  window.matchMedia(DARK).addEventListener('change', apply)
}
