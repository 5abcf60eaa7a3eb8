import { Button, Paper, Stack, Text } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { peopleQuery } from '@/api/standing'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PeopleTable } from './PeopleTable'
import { PersonPanel } from './PersonPanel'
import { Scatter } from './Scatter'

interface Props {
  pid: number
  person: number | null
  onPerson: (person: number | undefined) => void
}

/** How everybody does: a dot and a row for each, and one person looked at closely. */
export default function Work({ pid, person, onPerson }: Props) {
  const { t } = useTranslation('people')
  const found = useInfiniteQuery(peopleQuery(pid))
  if (found.isError) return <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />
  if (!found.data) return null
  const people = found.data.pages.flatMap((page) => page.items)
  if (people.length === 0) {
    return (
      <EmptyState icon={<IconUsers />} title={t('none')}>
        {t('noneHelp')}
      </EmptyState>
    )
  }
  return (
    <Stack gap="xl">
      {people.every((one) => one.counted_at === null) ? (
        <Text role="status">{t('counting')}</Text>
      ) : (
        <Paper withBorder p="md">
          <Scatter people={people} chosen={person} onChoose={onPerson} />
        </Paper>
      )}
      {person !== null && <PersonPanel key={person} pid={pid} uid={person} onClose={() => onPerson(undefined)} />}
      <PeopleTable people={people} chosen={person} onChoose={onPerson} />
      {found.hasNextPage && (
        <Button
          variant="default"
          loading={found.isFetchingNextPage}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => found.fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </Stack>
  )
}
