import { Button, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { Page, Volunteer } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'

/** Who came by one open link, the newest first, each with the number of answers. */
export function Volunteers({ pid, link }: { pid: number; link: number }) {
  const { t } = useTranslation(['volunteers', 'common'])
  const client = useQueryClient()
  const key = [...projectKey(pid), 'volunteer-links', link, 'people']
  const people = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }: { pageParam: string | null }): Promise<Page<Volunteer>> => {
      const query = pageParam === null ? {} : { cursor: pageParam }
      const params = { path: { pid, lid: link }, query }
      return ask(api.GET('/api/projects/{pid}/volunteer-links/{lid}/people', { params }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  const remove = useMutation({
    mutationFn: (mid: number) =>
      ask(api.DELETE('/api/projects/{pid}/members/{mid}', { params: { path: { pid, mid } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  if (people.isError) return <ErrorState text={errorText(people.error)} onRetry={() => people.refetch()} />
  const all = people.data?.pages.flatMap((page) => page.items) ?? []
  if (people.isSuccess && all.length === 0) {
    return (
      <Text c="dimmed" size="sm" mt="sm">
        {t('links.nobody')}
      </Text>
    )
  }
  return (
    <>
      <Stack gap={4} my="sm" component="ul" pl={0} style={{ listStyle: 'none' }} aria-busy={people.isFetching}>
        {all.map((person) => (
          <Person key={person.id} person={person} onRemove={() => remove.mutate(person.id)} />
        ))}
      </Stack>
      {people.hasNextPage && (
        <Button size="xs" variant="default" loading={people.isFetchingNextPage} onClick={() => people.fetchNextPage()}>
          {t('common:more')}
        </Button>
      )}
    </>
  )
}

function Person({ person, onRemove }: { person: Volunteer; onRemove: () => void }) {
  const { t } = useTranslation('volunteers')
  const format = useFormat()
  const facts = [
    t('links.votes', { count: person.votes }),
    person.gone ? t('links.gone') : person.seen_at && t('links.seen', { time: format.ago(person.seen_at) }),
  ]
  return (
    <Group component="li" justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm" style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        {/* A chosen name may be written in either direction and must not turn what stands beside it. */}
        <bdi>{person.name}</bdi>
        <Text span c="dimmed">
          {` · ${facts.filter(Boolean).join(' · ')}`}
        </Text>
      </Text>
      {!person.gone && (
        <ConfirmButton
          size="compact-xs"
          variant="default"
          danger
          label={t('links.remove')}
          name={t('links.removeName', { name: person.name })}
          question={t('links.removeAsk', { name: person.name })}
          confirm={t('links.remove')}
          onConfirm={onRemove}
        />
      )}
    </Group>
  )
}
