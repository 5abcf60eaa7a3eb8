import { Anchor, Button, Card, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconChecks, IconFolders, IconPlayerPlay, IconScale } from '@tabler/icons-react'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { counted, projectsQuery } from '@/api/project'
import { useUser } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { ProjectCard } from '../projects/ProjectCard'
import { mostUrgent } from './continue'
import { OpenPictures } from './OpenPictures'

export default function HomePage() {
  const { t } = useTranslation('projects')
  const format = useFormat()
  const user = useUser()
  const projects = useSuspenseQuery(projectsQuery).data.items
  const next = mostUrgent(projects)
  const toReview = projects.filter(
    (project) => project.actions.includes('settle') && counted(project, 'tasks_review') > 0,
  )

  if (projects.length === 0) {
    return (
      <>
        <PageTitle title={t('home.title', { name: user.name })} />
        <EmptyState
          icon={<IconFolders size={28} />}
          title={t('home.none')}
          action={
            user.may_create_projects && (
              <Button component={Link} to="/projects/new" size="md">
                {t('list.new')}
              </Button>
            )
          }
        >
          {user.may_create_projects ? t('home.noneAdmin') : t('home.noneMember')}
        </EmptyState>
      </>
    )
  }
  return (
    <Stack gap="xl">
      <div>
        <PageTitle title={t('home.title', { name: user.name })} />
        {next ? (
          <Card withBorder radius="lg" padding="xl" shadow="sm">
            <Stack gap="md" align="flex-start">
              <Title order={2} fz="h3">
                {next.name}
              </Title>
              <Text>
                {t('home.continueLead', { project: next.name, number: format.number(counted(next, 'tasks_open')) })}
              </Text>
              {next.actions.includes('browse') && <OpenPictures pid={next.id} />}
              <Button
                component={Link}
                to={`/p/${next.id}/label`}
                size="lg"
                leftSection={<IconPlayerPlay size={20} aria-hidden />}
              >
                {t('home.continue')}
              </Button>
            </Stack>
          </Card>
        ) : (
          <EmptyState icon={<IconChecks size={28} />} title={t('home.allDone')}>
            {t('home.allDoneHelp')}
          </EmptyState>
        )}
      </div>
      {toReview.length > 0 && (
        <section>
          <Title order={2} fz="h4" mb="sm">
            {t('home.attention')}
          </Title>
          <Paper withBorder p="md">
            {toReview.map((project) => (
              <Group key={project.id} gap="xs">
                <IconScale size={18} aria-hidden />
                <Anchor component={Link} to={`/p/${project.id}/review`}>
                  {t('home.toReview', { count: counted(project, 'tasks_review'), project: project.name })}
                </Anchor>
              </Group>
            ))}
          </Paper>
        </section>
      )}
      <section>
        <Title order={2} fz="h4" mb="sm">
          {t('home.yours')}
        </Title>
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
          {projects.map((project) => (
            <ProjectCard key={project.id} project={project} />
          ))}
        </SimpleGrid>
      </section>
    </Stack>
  )
}
