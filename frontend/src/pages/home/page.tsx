import { Button, Stack } from '@mantine/core'
import { IconChecks, IconFolders, IconHandStop } from '@tabler/icons-react'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { attentionQuery, type HomeQueue, homeQuery } from '@/api/home'
import { useUser } from '@/api/session'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { Attention } from './Attention'
import { Continue } from './Continue'
import { Queues, Today } from './Queues'

/** Where one goes on: the next picture, what needs one, one's queues. Opening it takes no task. */
export default function HomePage() {
  const { t } = useTranslation('projects')
  const user = useUser()
  const { next, queues, days } = useSuspenseQuery(homeQuery).data
  const things = useQuery({ ...attentionQuery, enabled: queues.length > 0 && !user.is_volunteer })
  const title = t('home.title', { name: user.name })
  if (queues.length === 0) {
    return (
      <>
        <PageTitle title={title} />
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
    <>
      <PageTitle title={title}>
        <Today days={days} />
      </PageTitle>
      <Stack gap="xl">
        {next ? (
          <Continue next={next} open={queues.find((queue) => queue.project === next.project)?.open ?? 0} />
        ) : (
          <NothingToDo queues={queues} />
        )}
        {things.isError && <ErrorState text={errorText(things.error)} onRetry={() => things.refetch()} />}
        {things.data && <Attention things={things.data} />}
        <Queues queues={queues} />
      </Stack>
    </>
  )
}

/** Why there is nothing to answer, and what would change it. */
function NothingToDo({ queues }: { queues: HomeQueue[] }) {
  const { t } = useTranslation('projects')
  const bare = queues.find((queue) => queue.open + queue.done === 0)
  if (queues.every((queue) => queue.paused)) {
    return (
      <EmptyState
        icon={<IconHandStop size={28} />}
        title={t('home.allPaused')}
        action={
          <Button component={Link} to={`/p/${queues[0]?.project}/label`} variant="default">
            {t('home.why')}
          </Button>
        }
      >
        {t('home.allPausedHelp')}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<IconChecks size={28} />}
      title={bare ? t('home.noPictures') : t('home.allDone')}
      action={
        bare && (
          <Button component={Link} to={`/p/${bare.project}`}>
            {t('home.begin', { project: bare.name })}
          </Button>
        )
      }
    >
      {bare ? t('home.noPicturesHelp') : t('home.allDoneHelp')}
    </EmptyState>
  )
}
