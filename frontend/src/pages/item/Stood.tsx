import { Anchor, Badge, Button, Group, Paper, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Answer } from '@/api/types'
import { When } from '@/components/When'
import { stoodQuery } from '../data/queries'
import classes from './item.module.css'

interface Props {
  pid: number
  iid: number
  say: (answer: Answer | null) => string
}

/** The versions that the picture stood in: on which side, with what answer, and what was exported of them. */
export function Stood({ pid, iid, say }: Props) {
  const { t } = useTranslation('data')
  const pages = useInfiniteQuery(stoodQuery(pid, iid))
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Paper withBorder p="md">
      <Title order={2} fz="h4" mb="sm">
        {t('item.versions')}
      </Title>
      {pages.isSuccess && items.length === 0 && !pages.hasNextPage && <Text c="dimmed">{t('item.versionsNone')}</Text>}
      <ul className={classes.events}>
        {items.map((one) => (
          <li key={one.id}>
            <Group gap={6}>
              <Anchor component={Link} to={`/p/${pid}/versions`} fw={600} underline="always">
                {t('item.versionLine', { number: one.number })}
              </Anchor>
              <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
                {t(`item.stoodAs.${one.split}`)}
              </Badge>
              <span>{one.answer ? say(one.answer) : t(`item.stateIn.${one.state}`)}</span>
            </Group>
            <Text size="sm" c="dimmed">
              <When at={one.at} exact />
              {one.exports.length > 0 &&
                ` · ${t('item.exportedAs', { formats: [...new Set(one.exports.map(({ format }) => format))].join(', ') })}`}
            </Text>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          mt="sm"
          loading={pages.isFetchingNextPage}
          onClick={() => pages.fetchNextPage()}
        >
          {t('item.moreVersions')}
        </Button>
      )}
    </Paper>
  )
}
