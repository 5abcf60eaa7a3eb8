import { Paper, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Picture } from '@/components/Picture'
import { imagesQuery } from '../data/queries'
import classes from './overview.module.css'

const SHOWN = 12

/** The newest pictures that wait for a reviewer. */
export function ForReview({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  const { data } = useQuery(imagesQuery(pid, { search: { state: 'review' }, limit: SHOWN }))
  return (
    <Paper withBorder p="md">
      <Title order={2} fz="h4" mb="sm">
        {t('overview.reviewNewest')}
      </Title>
      {data?.items.length === 0 && <Text c="dimmed">{t('overview.reviewNone')}</Text>}
      <div className={classes.pictures}>
        {data?.items.map((image) => (
          <Link key={image.id} to="/p/$pid/item/$iid" params={{ pid, iid: image.id }}>
            <Picture src={image.thumb} alt={image.name} />
          </Link>
        ))}
      </div>
    </Paper>
  )
}
