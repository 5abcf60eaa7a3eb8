import { Input, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { LANGUAGES, type Language } from '@/i18n/languages'
import { useKeptPreferences } from '../shell/useKeptPreferences'

const THEMES = ['auto', 'light', 'dark'] as const

/** Language and appearance; a choice holds at once and is kept with the account. */
export function AppearanceFields() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const keep = useKeptPreferences()
  const id = useId()
  return (
    <>
      <div>
        <Input.Label id={`${id}language`} component="span">
          {t('language.name')}
        </Input.Label>
        <div>
          <SegmentedControl
            aria-labelledby={`${id}language`}
            value={i18n.language}
            onChange={(language) => keep({ language: language as Language })}
            data={LANGUAGES.map(({ code, title }) => ({ value: code, label: title }))}
          />
        </div>
      </div>
      <div>
        <Input.Label id={`${id}theme`} component="span">
          {t('theme.name')}
        </Input.Label>
        <div>
          <SegmentedControl
            aria-labelledby={`${id}theme`}
            value={colorScheme}
            onChange={(chosen) => {
              const theme = chosen as (typeof THEMES)[number]
              setColorScheme(theme)
              keep({ theme })
            }}
            data={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
          />
        </div>
      </div>
    </>
  )
}
