import { Group, Paper, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { LanguageSwitch } from '@/components/LanguageSwitch'
import { ThemeSwitch } from '@/components/ThemeSwitch'
import { changeLanguage } from '@/i18n'
import mark from '@/theme/fovea.svg'
import classes from './Outside.module.css'

interface Props {
  title: string
  lead?: string
  children: ReactNode
}

/** The frame of the few pages that strangers see. */
export function Outside({ title, lead, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Fovea`
  }, [title])
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Group gap="xs">
          <img src={mark} alt="" width={28} height={28} />
          <Text fw={700} fz="lg">
            Fovea
          </Text>
        </Group>
        <Group gap="xs">
          <LanguageSwitch onChange={(language) => void changeLanguage(language)} />
          <ThemeSwitch />
        </Group>
      </header>
      <main className={classes.main}>
        <Paper withBorder shadow="sm" radius="lg" p="xl" className={classes.card}>
          <Title order={1} fz="h2" mb={lead ? 4 : 'md'}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" mb="md">
              {lead}
            </Text>
          )}
          {children}
        </Paper>
      </main>
    </div>
  )
}
