import '@mantine/notifications/styles.layer.css'
import { AppShell, Burger, Group, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { projectQuery } from '@/api/project'
import { useUser } from '@/api/session'
import { LanguageSwitch } from '@/components/LanguageSwitch'
import { ThemeSwitch } from '@/components/ThemeSwitch'
import mark from '@/theme/fovea.svg'
import { Kit } from '@/theme/Kit'
import { Navigation } from './Navigation'
import { PersonMenu } from './PersonMenu'
import classes from './shell.module.css'
import { useUnsentVotes } from './UnsentVotes'
import { useKeptPreferences } from './useKeptPreferences'

const HEADER = 52

export default function ShellPage() {
  return (
    <Kit>
      <Shell />
    </Kit>
  )
}

function Shell() {
  const { t } = useTranslation()
  const user = useUser()
  const [opened, menu] = useDisclosure(false)
  const { pid } = useParams({ strict: false })
  const project = useQuery({ ...projectQuery(pid ?? 0), enabled: pid !== undefined }).data
  const place = useRouterState({ select: (state) => state.location.pathname })
  const keep = useKeptPreferences()
  useUnsentVotes(user.id)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a page change closes the menu of a phone
  useEffect(() => menu.close(), [place])

  return (
    <AppShell
      header={{ height: HEADER }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'lg' }}
    >
      <a href="#content" className={classes.skip}>
        {t('skipToContent')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('nav.menu')}
              aria-expanded={opened}
            />
            <UnstyledButton component={Link} to="/" className={classes.brand}>
              <img src={mark} alt="" width={26} height={26} />
              <Text fw={700}>Fovea</Text>
            </UnstyledButton>
            {project && (
              <Text truncate c="dimmed" visibleFrom="sm">
                {project.name}
              </Text>
            )}
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageSwitch onChange={(language) => keep({ language })} />
            <ThemeSwitch onChange={(theme) => keep({ theme })} />
            <PersonMenu user={user} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes.navbar} aria-label={t('nav.main')}>
        <Navigation user={user} project={project} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
      <Notifications position="bottom-center" limit={3} autoClose={6000} />
    </AppShell>
  )
}
