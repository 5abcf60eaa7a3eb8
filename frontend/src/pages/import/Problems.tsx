import { Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import type { Analysis } from '@/api/types'
import { useFormat } from '@/i18n/format'
import classes from './import.module.css'

/** What of a delivery cannot be used: each record by name, what is wrong, and the server's own words for it. */
export function Problems({ problems }: { problems: Analysis['problems'] }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  if (problems.count === 0) return null
  return (
    <Stack gap="xs">
      <Title order={3} fz="h5">
        {t('import.found.problems', { count: problems.count, shown: format.number(problems.count) })}
      </Title>
      <Text size="sm" c="dimmed">
        {t('import.found.problemsHelp')}
      </Text>
      <section className={classes.problems} tabIndex={0} aria-label={t('import.found.problemList')}>
        <Table aria-label={t('import.found.problemList')}>
          <Table.Tbody>
            {problems.listed.map((one, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and one file may be in it twice
              <Table.Tr key={place}>
                <Table.Td className={classes.problemPath}>{one.path}</Table.Td>
                <Table.Td>
                  <Text size="sm">{errorText(new ApiError(one.code, one.message, { status: 422 }))}</Text>
                  <Text size="xs" c="dimmed" lang="en" className={classes.problemPath}>
                    {one.message}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {problems.count > problems.listed.length && (
        <Text size="sm" c="dimmed">
          {t('import.found.problemsMore', { count: problems.count - problems.listed.length })}
        </Text>
      )}
    </Stack>
  )
}
