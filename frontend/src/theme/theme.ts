import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core'
import { KEPT } from './scheme'

/** Shades are chosen so that text on a filled control, and grey text on the page, keep 4.5:1 in both schemes. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily: 'inherit',
  headings: { fontWeight: '650' },
})

/** The kit's greys and reds where its own are too pale to be read; its other colours are as it makes them. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#646b73',
    '--mantine-color-error': '#c92a2a',
  },
  dark: {
    '--mantine-color-dimmed': '#b8bcc2',
    '--mantine-color-placeholder': '#a0a4aa',
    '--mantine-color-error': '#ff8787',
  },
})

export const colorSchemeManager = localStorageColorSchemeManager({ key: KEPT })
