import { Button, Stack, Table, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import { ErrorState } from '@/components/ErrorState'
import { refusedQuery } from './queries'

/** The files that could not be taken in, each with its reason. `count` makes it look again when more are refused. */
export function RefusedFiles({ pid, bid, count }: { pid: number; bid: number; count: number }) {
  const { t } = useTranslation('data')
  const refused = useInfiniteQuery(refusedQuery(pid, bid))
  const { refetch } = refused

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the number changes
  useEffect(() => void refetch(), [count, refetch])

  if (refused.isError) return <ErrorState text={errorText(refused.error)} onRetry={() => refetch()} />
  const files = refused.data?.pages.flatMap((page) => page.items) ?? []
  if (files.length === 0) return null
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={3} fz="h5">
        {t('import.refused')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('import.refusedLead')}
      </Text>
      <Table aria-label={t('import.refused')}>
        <Table.Tbody>
          {files.map((file) => (
            <Table.Tr key={file.id}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{file.path}</Table.Td>
              <Table.Td>{errorText(new ApiError(file.code, file.message, { status: 422 }))}</Table.Td>
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
