import { Card, Group, Progress, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { counted } from '@/api/project'
import type { Project } from '@/api/types'
import { useFormat } from '@/i18n/format'
import classes from './projects.module.css'

/** One project in a list: its name, how far it is, one's role in it. The whole card is the link. */
export function ProjectCard({ project }: { project: Project }) {
  const { t } = useTranslation(['projects', 'common'])
  const format = useFormat()
  const images = counted(project, 'images')
  const settled = counted(project, 'tasks_closed')
  const review = counted(project, 'tasks_review')
  const total = settled + review + counted(project, 'tasks_open')
  return (
    <Card withBorder radius="lg" padding="lg" className={classes.card}>
      <Title order={3} fz="h4" lineClamp={2}>
        <Link to="/p/$pid" params={{ pid: project.id }} className={classes.cover}>
          {project.name}
        </Link>
      </Title>
      {project.description && (
        <Text size="sm" c="dimmed" lineClamp={2} mt={4}>
          {project.description}
        </Text>
      )}
      <div className={classes.bottom}>
        <Progress.Root size="md">
          <Progress.Section
            value={total > 0 ? (settled / total) * 100 : 0}
            color="green"
            aria-label={t('list.bar', { project: project.name })}
          />
        </Progress.Root>
      </div>
      <Group justify="space-between" mt="xs" gap="xs">
        <Text size="sm" c="dimmed">
          {images > 0 ? t('list.pictures', { count: images }) : t('list.noPictures')}
          {total > 0 && ` · ${t('list.progress', { done: format.number(settled), total: format.number(total) })}`}
        </Text>
        <Text size="sm" c="dimmed">
          {t(`common:role.${project.role}`)}
        </Text>
      </Group>
    </Card>
  )
}
