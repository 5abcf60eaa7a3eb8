import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core'

/** Shades are chosen so that text on a filled control, and grey text on the page, keep 4.5:1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  headings: { fontWeight: '650' },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--stage': '#767676' },
  light: {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#646b73',
    '--mantine-color-error': '#c92a2a',
    '--good': '#1b7a34',
    '--warn': '#8f4a00',
    '--bad': '#c92a2a',
    '--soft': '#f1f3f5',
  },
  dark: {
    '--mantine-color-dimmed': '#b8bcc2',
    '--mantine-color-placeholder': '#a0a4aa',
    '--mantine-color-error': '#ff8787',
    '--good': '#69db7c',
    '--warn': '#ffc078',
    '--bad': '#ff8787',
    '--soft': '#2e2e2e',
  },
})

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'fovea.theme' })
