import { Divider, NavLink, Text } from '@mantine/core'
import {
  IconAdjustments,
  IconBolt,
  IconChartBar,
  IconChartLine,
  IconDatabaseExport,
  IconFolders,
  IconHome,
  IconLayoutDashboard,
  IconListCheck,
  IconPhoto,
  IconPhotoPlus,
  IconPhotoSearch,
  IconRefreshDot,
  IconScale,
  IconTag,
  IconUserCog,
  IconUsers,
} from '@tabler/icons-react'
import { Link, useRouterState } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Project, User } from '@/api/types'
import { sectionsFor } from './sections'

type Icon = ComponentType<{ size?: number }>
const ICONS: Record<string, Icon> = {
  overview: IconLayoutDashboard,
  label: IconTag,
  mine: IconListCheck,
  me: IconChartBar,
  review: IconScale,
  data: IconPhoto,
  import: IconPhotoPlus,
  versions: IconDatabaseExport,
  runs: IconChartLine,
  try: IconPhotoSearch,
  cycle: IconRefreshDot,
  people: IconUsers,
  settings: IconAdjustments,
  jobs: IconBolt,
}

/** Where one can go: the whole server's pages, then what one's role opens in the project at hand. */
export function Navigation({ user, project }: { user: User; project?: Project }) {
  const { t } = useTranslation()
  return (
    <>
      <Place to="/" label={t('nav.home')} icon={IconHome} exact />
      <Place to="/projects" label={t('nav.projects')} icon={IconFolders} exact />
      {user.is_server_admin && <Place to="/accounts" label={t('nav.accounts')} icon={IconUserCog} />}
      {project && (
        <>
          <Divider my="sm" />
          <Text size="sm" fw={650} px="sm" pb={4} truncate title={project.name} style={{ flex: 'none' }}>
            {project.name}
          </Text>
          {sectionsFor(project).map((section) => (
            <Place
              key={section}
              to={section === 'overview' ? `/p/${project.id}` : `/p/${project.id}/${section}`}
              label={t(`nav.${section}`)}
              icon={ICONS[section] ?? IconPhoto}
              exact={section === 'overview'}
            />
          ))}
        </>
      )}
    </>
  )
}

function Place({ to, label, icon: Icon, exact }: { to: string; label: string; icon: Icon; exact?: boolean }) {
  const path = useRouterState({ select: (state) => state.location.pathname.replace(/(.)\/$/, '$1') })
  const here = exact ? path === to : path === to || path.startsWith(`${to}/`)
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      leftSection={<Icon size={18} aria-hidden />}
      activeOptions={{ exact: true, includeSearch: false }}
      active={here}
      aria-current={here ? 'page' : undefined}
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
    />
  )
}
