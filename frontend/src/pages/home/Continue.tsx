import { Button, Text, Title } from '@mantine/core'
import { IconPlayerPlay, IconSchool } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { HomeNext } from '@/api/home'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'
import classes from './home.module.css'

/** The one large card: the next picture itself, and the way to it. Nothing is taken until it is followed. */
export function Continue({ next, open }: { next: HomeNext; open: number }) {
  const { t } = useTranslation('projects')
  const format = useFormat()
  return (
    <section className={next.picture ? classes.next : `${classes.next} ${classes.bare}`} aria-labelledby="next-heading">
      {next.picture && (
        <div className={classes.shown}>
          <Picture
            src={next.picture.display}
            alt={t('home.nextPicture')}
            fit="contain"
            eager
            style={{ width: '100%', height: '100%' }}
          />
        </div>
      )}
      <div className={classes.words}>
        <Title order={2} fz="h3" id="next-heading" style={{ overflowWrap: 'anywhere' }}>
          {next.name}
        </Title>
        <Text>
          {next.practice ? t('home.practiceFirst') : t('home.waiting', { count: open, number: format.number(open) })}
        </Text>
        <Button
          component={Link}
          to={next.practice ? `/p/${next.project}/practice` : `/p/${next.project}/label`}
          size="lg"
          className={classes.cover}
          leftSection={next.practice ? <IconSchool size={20} aria-hidden /> : <IconPlayerPlay size={20} aria-hidden />}
        >
          {next.practice ? t('home.practice') : t('home.continue')}
        </Button>
      </div>
    </section>
  )
}
