import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type RenderResult, render } from '@testing-library/react'
import i18next, { type ResourceKey } from 'i18next'
import { type ReactElement, Suspense } from 'react'
import { initReactI18next } from 'react-i18next'
import type { Language } from '@/i18n/languages'
import { cssVariables, theme } from '@/theme/theme'

const files = import.meta.glob<ResourceKey>('../i18n/*/*.json', { import: 'default', eager: true })

/** All texts at once, so that a test needs no waiting for them. */
export async function textsIn(language: Language): Promise<void> {
  const resources: Record<string, Record<string, ResourceKey>> = {}
  for (const [path, texts] of Object.entries(files)) {
    const [, folder = '', area = ''] = /([^/]+)\/([^/]+)\.json$/.exec(path) ?? []
    resources[folder] = { ...resources[folder], [area]: texts }
  }
  await i18next
    .use(initReactI18next)
    .init({ lng: language, fallbackLng: false, resources, defaultNS: 'common', interpolation: { escapeValue: false } })
}

/** Renders as the application does, in `language`, with an empty query cache. */
export async function renderIn(
  ui: ReactElement,
  { language = 'en', client = new QueryClient({ defaultOptions: { queries: { retry: false } } }) } = {} as {
    language?: Language
    client?: QueryClient
  },
): Promise<RenderResult> {
  await textsIn(language)
  return render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} env="test">
      <QueryClientProvider client={client}>
        <Suspense>{ui}</Suspense>
      </QueryClientProvider>
    </MantineProvider>,
  )
}
