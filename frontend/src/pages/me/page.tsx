import { Button, Paper, SimpleGrid, Text } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { numbersQuery } from '@/api/numbers'
import { practiceQuery } from '@/api/practice'
import type { OwnNumbers } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'

const route = getRouteApi('/inside/shell/p/$pid/me')

/** One's own figures in a project, compared with nobody's. */
export default function FiguresPage() {
  const { t } = useTranslation('volunteers')
  const { pid } = route.useParams()
  const numbers = useQuery({ ...numbersQuery(pid), staleTime: 0 })
  const practice = useQuery(practiceQuery(pid)).data
  return (
    <>
      <PageTitle title={t('me.title')} lead={t('me.lead')}>
        {practice?.enough && (
          <Button component={Link} to={`/p/${pid}/practice`} variant="default">
            {t('me.practice')}
          </Button>
        )}
        <Button component={Link} to={`/p/${pid}/label`}>
          {t('me.label')}
        </Button>
      </PageTitle>
      {numbers.isError && <ErrorState text={errorText(numbers.error)} onRetry={() => void numbers.refetch()} />}
      {numbers.data?.in_all === 0 && <EmptyState icon={<IconChartBar size={28} />} title={t('me.none')} />}
      {numbers.data && numbers.data.in_all > 0 && <Figures numbers={numbers.data} />}
    </>
  )
}

function Figures({ numbers }: { numbers: OwnNumbers }) {
  const { t } = useTranslation('volunteers')
  const format = useFormat()
  const { today, in_all, pace, agreement, seconds_left } = numbers
  const share = agreement && { share: format.percent(agreement.share), of: format.number(agreement.of) }
  const figures: [name: string, value: string, help?: string][] = [
    [t('me.today'), format.number(today)],
    [t('me.inAll'), format.number(in_all)],
    [t('me.pace'), pace === null ? t('me.unknown') : format.number(pace, pace < 10 ? 1 : 0), t('me.paceHelp')],
    [
      t('me.agreement'),
      share ? t('me.agreementOf', share) : t('me.unknown'),
      t(share ? 'me.agreementHelp' : 'me.agreementFew'),
    ],
    [t('me.left'), seconds_left ? format.duration(seconds_left) : t('me.unknown'), t('me.leftHelp')],
  ]
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, lg: 3 }} m={0}>
      {figures.map(([name, value, help]) => (
        <Paper key={name} withBorder p="lg">
          <Text component="dt" fw={600}>
            {name}
          </Text>
          <dd style={{ margin: 0 }}>
            <Text fz="h2" fw={700} my={4} style={{ fontVariantNumeric: 'tabular-nums' }}>
              {value}
            </Text>
            {help && (
              <Text size="sm" c="dimmed">
                {help}
              </Text>
            )}
          </dd>
        </Paper>
      ))}
    </SimpleGrid>
  )
}
