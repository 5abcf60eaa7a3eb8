import { Button } from '@mantine/core'
import { IconLanguage } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { LANGUAGES, type Language } from '@/i18n/languages'

/** One press goes on to the next language; its name stands there in that language itself. */
export function LanguageSwitch({ onChange }: { onChange: (language: Language) => void }) {
  const { t, i18n } = useTranslation()
  const at = LANGUAGES.findIndex((language) => language.code === i18n.language)
  const next = LANGUAGES[(at + 1) % LANGUAGES.length] ?? LANGUAGES[0]
  return (
    <Button
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      size="compact-md"
      leftSection={<IconLanguage size={18} aria-hidden />}
      aria-label={t('language.switchTo', { language: next.title })}
      onClick={() => onChange(next.code)}
    >
      <span lang={next.code}>{next.short}</span>
    </Button>
  )
}
