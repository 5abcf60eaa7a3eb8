import { Button, Stack, Table, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import { ErrorState } from '@/components/ErrorState'
import { filesQuery } from './queries'

interface Props {
  pid: number
  bid: number
  /** Makes it look again when it changes. */
  count: number
  /** Files that are in, but not all that was said of them, instead of those that are not. */
  partly?: boolean
}

/** The files of which there is something to say, each with the reason. */
export function RefusedFiles({ pid, bid, count, partly = false }: Props) {
  const { t } = useTranslation('data')
  const refused = useInfiniteQuery(filesQuery(pid, bid, partly ? 'partly' : 'refused'))
  const title = t(partly ? 'import.partly' : 'import.refused')
  const { refetch } = refused

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the number changes
  useEffect(() => void refetch(), [count, refetch])

  if (refused.isError) return <ErrorState text={errorText(refused.error)} onRetry={() => refetch()} />
  const files = refused.data?.pages.flatMap((page) => page.items) ?? []
  if (files.length === 0) return null
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={3} fz="h5">
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {t(partly ? 'import.partlyLead' : 'import.refusedLead')}
      </Text>
      <Table aria-label={title}>
        <Table.Tbody>
          {files.map((file) => (
            <Table.Tr key={file.id}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{file.path}</Table.Td>
              <Table.Td>
                {errorText(new ApiError(file.code, file.message, { status: 422 }))}
                {partly && (
                  <Text size="xs" c="dimmed" lang="en" style={{ overflowWrap: 'anywhere' }}>
                    {file.message}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {refused.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={refused.isFetchingNextPage}
          onClick={() => refused.fetchNextPage()}
        >
          {t('import.refusedMore')}
        </Button>
      )}
    </Stack>
  )
}
