import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '@/api/types'
import { changeLanguage } from '@/i18n'
import { isLanguage } from '@/i18n/languages'

const THEMES: readonly string[] = ['auto', 'light', 'dark'] satisfies MantineColorScheme[]

/** Brings language and appearance that a person chose on another device to this one. */
export function usePreferences(): (user: User | null) => void {
  const { setColorScheme } = useMantineColorScheme()
  const { i18n } = useTranslation()
  return useCallback(
    (user) => {
      if (!user) return
      if (isLanguage(user.language) && user.language !== i18n.language) void changeLanguage(user.language)
      if (THEMES.includes(user.theme)) setColorScheme(user.theme as MantineColorScheme)
    },
    [setColorScheme, i18n],
  )
}
