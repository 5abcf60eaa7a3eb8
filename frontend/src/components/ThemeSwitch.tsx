import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const ORDER = ['auto', 'light', 'dark'] as const
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon }

/** One press: as the system, light, dark, and round again. */
export function ThemeSwitch({ onChange }: { onChange?: (theme: MantineColorScheme) => void }) {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const next = ORDER[(ORDER.indexOf(colorScheme) + 1) % ORDER.length] ?? 'auto'
  const Icon = ICONS[colorScheme]
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--mantine-color-text)"
      size={32}
      aria-label={t('theme.switch', { now: t(`theme.${colorScheme}`), next: t(`theme.${next}`) })}
      onClick={() => {
        setColorScheme(next)
        onChange?.(next)
      }}
    >
      <Icon size={18} aria-hidden />
    </ActionIcon>
  )
}
