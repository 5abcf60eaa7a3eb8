import { Button, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { membersQuery } from '@/api/people'
import { classesQuery, counted, useProject } from '@/api/project'
import type { Project } from '@/api/types'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { ClassBalance } from './ClassBalance'
import { ForReview } from './ForReview'
import classes from './overview.module.css'
import { RunningJobs } from './RunningJobs'
import { nextSteps, type Step } from './steps'

const route = getRouteApi('/inside/shell/p/$pid/')
const WHERE: Record<Step, string> = {
  classes: 'settings',
  pictures: 'import',
  people: 'people',
  label: 'label',
}
const NAMES = { classes: 'stepClasses', pictures: 'stepPictures', people: 'stepPeople', label: 'stepLabel' } as const

export default function OverviewPage() {
  const { t } = useTranslation('projects')
  const { pid } = route.useParams()
  const project = useProject(pid)
  const browses = project.actions.includes('browse')
  return (
    <>
      <PageTitle title={project.name} lead={project.description}>
        {project.actions.includes('label') && counted(project, 'tasks_open') > 0 && (
          <Button component={Link} to={`/p/${pid}/label`} leftSection={<IconPlayerPlay size={18} aria-hidden />}>
            {t('overview.stepLabelDo')}
          </Button>
        )}
      </PageTitle>
      <Stack gap="xl">
        <NextSteps project={project} />
        {browses && <RunningJobs pid={pid} />}
        <Progress project={project} />
        {browses && (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <ClassBalance pid={pid} />
            <ForReview pid={pid} />
          </SimpleGrid>
        )}
        <section>
          <Title order={2} fz="h4" mb="sm">
            {t('overview.guide')}
          </Title>
          {project.guide_text ? (
            <Paper withBorder p="md" className={classes.guide}>
              {project.guide_text}
            </Paper>
          ) : (
            <Text c="dimmed">{t('overview.guideNone')}</Text>
          )}
        </section>
      </Stack>
    </>
  )
}

function NextSteps({ project }: { project: Project }) {
  const { t } = useTranslation('projects')
  const schema = useQuery(classesQuery(project.id)).data
  const manages = project.actions.includes('manage')
  const members = useQuery({ ...membersQuery(project.id), enabled: manages }).data
  if (!schema || (manages && !members)) return null
  const steps = nextSteps(project, {
    classes: schema.filter(({ archived }) => !archived).length,
    members: members?.items.length ?? 0,
  })
  if (steps.length === 0) return null
  return (
    <section>
      <Title order={2} fz="h4" mb="sm">
        {t('overview.next')}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {steps.map((step, at) => (
          <Paper key={step} withBorder p="lg">
            <Stack gap="xs" align="flex-start" h="100%">
              <Title order={3} fz="h5">
                {t(`overview.${NAMES[step]}`)}
              </Title>
              <Text size="sm" c="dimmed">
                {t(`overview.${NAMES[step]}Help`)}
              </Text>
              <Button
                renderRoot={(props) =>
                  step === 'classes' ? (
                    <Link {...props} to="/p/$pid/settings" params={{ pid: project.id }} search={{ tab: 'classes' }} />
                  ) : (
                    <Link {...props} to={`/p/${project.id}/${WHERE[step]}`} />
                  )
                }
                mt="auto"
                variant={at === 0 ? 'filled' : 'default'}
              >
                {t(`overview.${NAMES[step]}Do`)}
              </Button>
            </Stack>
          </Paper>
        ))}
      </SimpleGrid>
    </section>
  )
}

function Progress({ project }: { project: Project }) {
  const { t } = useTranslation('projects')
  const format = useFormat()
  const numbers = [
    [t('overview.pictures'), counted(project, 'images')],
    [t('overview.settled'), counted(project, 'tasks_closed')],
    [t('overview.waiting'), counted(project, 'tasks_open')],
    [t('overview.review'), counted(project, 'tasks_review')],
    // A volunteer is not told what is set aside.
    ...(project.role === 'volunteer' ? [] : [[t('overview.holdout'), counted(project, 'holdout')] as const]),
  ] as const
  const total = counted(project, 'tasks_closed') + counted(project, 'tasks_open') + counted(project, 'tasks_review')
  const share = (name: string) => (total > 0 ? `${(counted(project, name) / total) * 100}%` : '0%')
  return (
    <section>
      <Title order={2} fz="h4" mb="sm">
        {t('overview.progress')}
      </Title>
      <div className={classes.stack} aria-hidden>
        <span style={{ width: share('tasks_closed'), background: 'var(--mantine-color-green-7)' }} />
        <span style={{ width: share('tasks_review'), background: 'var(--mantine-color-orange-6)' }} />
      </div>
      <dl className={classes.numbers}>
        {numbers.map(([name, number]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{format.number(number)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
