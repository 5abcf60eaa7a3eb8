import { Alert, Button, Card, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { type Cycle, cycleQuery, type Round } from '@/api/cycle'
import { errorText } from '@/api/errors'
import { catalogueQuery, type Said } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { presetTitle } from '../runs/inWords'

interface Props {
  pid: number
  next: Cycle['next']
  rounds: Round[]
  /** The order that the project's settings ask for. */
  usual: string
}

/** One button for the whole turn; what it needs and cannot have is said beside it. */
export function NextRound({ pid, next, rounds, usual }: Props) {
  const { t, i18n } = useTranslation(['cycle', 'training'])
  const client = useQueryClient()
  const catalogue = useQuery(catalogueQuery(pid))
  const [preset, setPreset] = useState<string | null>(null)
  const [strategy, setStrategy] = useState<string | null>(null)
  const last = rounds.reduce<Round | null>(
    (newest, round) => (newest && newest.number > round.number ? newest : round),
    null,
  )
  const chosenPreset = preset ?? next.preset ?? last?.preset
  const chosenStrategy = strategy ?? usual
  const start = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/api/projects/{pid}/cycle/next', {
          params: { path: { pid } },
          body: { preset: chosenPreset, strategy: chosenStrategy } as never,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: cycleQuery(pid).queryKey }),
  })
  const inWords = (said: Said) =>
    i18n.exists(`cycle:said.${said.code}`) ? t(`said.${said.code}` as 'said.no_holdout') : said.message
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Text>{t('nextHelp')}</Text>
        <Group align="flex-end">
          <NativeSelect
            label={t('preset')}
            value={chosenPreset}
            onChange={(event) => setPreset(event.currentTarget.value)}
            data={(catalogue.data?.presets ?? []).map((row) => ({
              value: row.name,
              label: presetTitle(row.name, row.title),
            }))}
          />
          <NativeSelect
            label={t('strategy')}
            value={chosenStrategy}
            onChange={(event) => setStrategy(event.currentTarget.value)}
            data={(catalogue.data?.strategies ?? []).map((name) => ({
              value: name,
              label: i18n.exists(`cycle:strategyName.${name}`)
                ? t(`strategyName.${name}` as 'strategyName.random')
                : name,
            }))}
          />
          <Button
            size="md"
            leftSection={<IconRefresh size={20} aria-hidden />}
            loading={start.isPending}
            disabled={!next.allowed}
            onClick={() => start.mutate()}
          >
            {t('next')}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {t('strategyHelp')}
        </Text>
        {next.reason && <Alert color="blue">{inWords(next.reason)}</Alert>}
        {next.warnings.map((warning) => (
          <Alert key={warning.code} color="yellow">
            {inWords(warning)}
          </Alert>
        ))}
        {start.isError && <ErrorState text={errorText(start.error)} />}
      </Stack>
    </Card>
  )
}
