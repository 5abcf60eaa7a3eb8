import { Alert, Button, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import { tellDone, tellFailed } from '../tell'

/** Where settled pictures have fewer answers than the project now wants: the choice to ask for the rest. */
export function MoreVotes({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  const client = useQueryClient()
  const path = { pid }
  const fewer = useQuery({
    queryKey: [...projectKey(pid), 'votes-wanted'],
    queryFn: () => ask(api.GET('/api/projects/{pid}/votes-wanted', { params: { path } })),
  }).data?.tasks
  const more = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/votes-wanted', { params: { path } })),
    onSuccess: ({ tasks }) => tellDone(t('settings.moreAsked', { count: tasks })),
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
  })
  if (!fewer) return null
  return (
    <Alert variant="light" color="indigo" maw={720} mb="lg">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('settings.more', { count: fewer })}</Text>
        <Button size="xs" variant="default" loading={more.isPending} onClick={() => more.mutate()}>
          {t('settings.moreDo')}
        </Button>
      </Stack>
    </Alert>
  )
}
