import { Alert, Anchor, Button, Group, Table, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { cycleQuery, type Round } from '@/api/cycle'
import { errorText } from '@/api/errors'
import { useFormat } from '@/i18n/format'
import { presetTitle } from '../runs/inWords'
import { tellDone, tellFailed } from '../tell'

/** What rounds are scored by: accuracy, of boxes mAP at overlap .5, of several classes mAP. */
export type Measure = 'accuracy' | 'map50' | 'map'

interface Props {
  pid: number
  rounds: Round[]
  mayWork: boolean
  measure: Measure
}

/** What each round cost and brought. */
export function Rounds({ pid, rounds, mayWork, measure }: Props) {
  const { t, i18n } = useTranslation(['cycle', 'training'])
  const client = useQueryClient()
  const rescore = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/cycle/rescore', { params: { path: { pid } } })),
    onSuccess: () => {
      tellDone(t('rescored'))
      return client.invalidateQueries({ queryKey: cycleQuery(pid).queryKey })
    },
    onError: (problem) => tellFailed(errorText(problem)),
  })
  const newestFirst = [...rounds].sort((a, b) => b.number - a.number)
  const failed = newestFirst.find((round) => round.state === 'failed' && round.error)
  return (
    <>
      {failed && failed === newestFirst[0] && (
        <Alert color="red" title={`${t('round')} ${failed.number}: ${t('state.failed')}`}>
          {failed.error?.message}
        </Alert>
      )}
      <Table.ScrollContainer type="native" minWidth={680} tabIndex={0} role="region" aria-label={t('rounds')}>
        <Table verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('round')}</Table.Th>
              <Table.Th>{t('labels')}</Table.Th>
              <Table.Th>{t('votes')}</Table.Th>
              <Table.Th>{t(measure)}</Table.Th>
              <Table.Th>{t('strategy')}</Table.Th>
              <Table.Th>{t('run')}</Table.Th>
              <Table.Th>{t('evaluation')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {newestFirst.map((round) => (
              <Table.Tr key={round.number}>
                <Table.Td>
                  <strong>{round.number}</strong>
                  <Text size="sm">{t(`state.${round.state}`)}</Text>
                </Table.Td>
                <Numbers round={round} />
                <Table.Td>
                  {i18n.exists(`cycle:strategyName.${round.strategy}`)
                    ? t(`strategyName.${round.strategy}` as 'strategyName.random')
                    : round.strategy}
                </Table.Td>
                <Table.Td>
                  {round.run && (
                    <Anchor component={Link} to={`/p/${pid}/runs/${round.run}`} underline="always">
                      {presetTitle(round.preset)}
                    </Anchor>
                  )}
                </Table.Td>
                <Table.Td>
                  {round.evaluation && (
                    <Anchor component={Link} to={`/p/${pid}/evaluations/${round.evaluation}`} underline="always">
                      {t('open')}
                    </Anchor>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {mayWork && rounds.filter((round) => round.state === 'done').length > 1 && (
        <Group>
          <Button variant="default" loading={rescore.isPending} onClick={() => rescore.mutate()}>
            {t('rescore')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('rescoreHelp')}
          </Text>
        </Group>
      )}
    </>
  )
}

function Numbers({ round }: { round: Round }) {
  const { t } = useTranslation('cycle')
  const format = useFormat()
  const { accuracy } = round
  return (
    <>
      <Table.Td>{format.number(round.labels_spent)}</Table.Td>
      <Table.Td>{format.number(round.votes_spent)}</Table.Td>
      <Table.Td>
        {accuracy && accuracy.value !== null ? (
          <>
            <strong>{format.percent(accuracy.value, 1)}</strong>
            <Text size="sm" c="dimmed">
              {t('interval', {
                low: format.percent(accuracy.low ?? 0, 1),
                high: format.percent(accuracy.high ?? 1, 1),
                count: accuracy.count,
              })}
            </Text>
            {!accuracy.comparable && (
              <Text size="sm" c="dimmed">
                {t('otherHoldout', { number: accuracy.version })}
              </Text>
            )}
          </>
        ) : (
          '–'
        )}
      </Table.Td>
    </>
  )
}
