import i18next, { type BackendModule, type ResourceKey } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { keepLanguage, type Language, startLanguage } from './languages'

const ERRORS_AFTER = 1500

/** One small file per area and language, fetched when a page first asks for the area. */
const catalogues = import.meta.glob<ResourceKey>('./*/*.json', { import: 'default' })

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, area, done) => {
    const load = catalogues[`./${language}/${area}.json`]
    if (!load) {
      done(new Error(`no catalogue ${language}/${area}`), null)
      return
    }
    load().then(
      (texts) => done(null, texts),
      (problem: Error) => done(problem, null),
    )
  },
}

/** Starts the texts in the reader's language; resolves when those of these areas are there. */
export async function startTexts(areas: string[]): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language
  })
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: startLanguage(),
      fallbackLng: false,
      load: 'currentOnly',
      ns: areas,
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    })
  // Wanted when something is refused, which may be when nothing can be fetched any more: so early, but not first.
  setTimeout(() => void i18next.loadNamespaces('errors'), ERRORS_AFTER)
}

export async function changeLanguage(language: Language): Promise<void> {
  keepLanguage(language)
  await i18next.changeLanguage(language)
}
