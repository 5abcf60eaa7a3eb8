import { Button, SimpleGrid, VisuallyHidden } from '@mantine/core'
import { IconFolders, IconPlus } from '@tabler/icons-react'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { projectsQuery } from '@/api/project'
import { useUser } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { PageTitle } from '@/components/PageTitle'
import { ProjectCard } from './ProjectCard'

export default function ProjectsPage() {
  const { t } = useTranslation('projects')
  const user = useUser()
  const { data } = useSuspenseQuery(projectsQuery)
  const make = user.may_create_projects && (
    <Button component={Link} to="/projects/new" leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.new')}
    </Button>
  )
  if (data.items.length === 0) {
    return (
      <>
        <PageTitle title={t('list.title')} />
        <EmptyState icon={<IconFolders size={28} />} title={t('home.none')} action={make}>
          {user.may_create_projects ? t('home.noneAdmin') : t('home.noneMember')}
        </EmptyState>
      </>
    )
  }
  return (
    <>
      <PageTitle title={t('list.title')}>{make}</PageTitle>
      <VisuallyHidden component="h2">{t('home.yours')}</VisuallyHidden>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {data.items.map((project) => (
          <ProjectCard key={project.id} project={project} />
        ))}
      </SimpleGrid>
    </>
  )
}
