import {
  Accordion,
  Button,
  Card,
  Group,
  NativeSelect,
  Radio,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { catalogueQuery, type Preset, type Run, runsQuery, type Version, versionsQuery } from '@/api/training'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { AugmentationPreview } from './AugmentationPreview'
import { expectedSeconds } from './expected'
import { presetAbout, presetTitle } from './inWords'
import { type Changes, Options } from './Options'
import { WeightsPicker } from './WeightsPicker'

/** The form of a new run: a version, a preset with its expected time, weights to start from, single options folded away. */
export function StartRun({ pid }: { pid: number }) {
  const { t } = useTranslation('training')
  const asked = useSearch({ strict: false }) as { version?: unknown }
  const versions = useQuery(versionsQuery(pid))
  const catalogue = useQuery(catalogueQuery(pid))
  const ready = (versions.data?.items ?? []).filter((version) => version.state === 'ready')
  const [chosen, setChosen] = useState<number | null>(Number(asked.version) || null)
  const version = ready.find((row) => row.id === chosen) ?? ready[0]

  if (catalogue.isError) return <ErrorState text={errorText(catalogue.error)} onRetry={() => catalogue.refetch()} />
  if (versions.isSuccess && ready.length === 0) {
    return (
      <Card withBorder>
        <Text mb="sm">{t('start.needsVersion')}</Text>
        <div>
          <Button component={Link} to={`/p/${pid}/versions`}>
            {t('start.toVersions')}
          </Button>
        </div>
      </Card>
    )
  }
  if (!catalogue.data || !version) return null
  return (
    <Form key={version.id} version={version} ready={ready} onVersion={setChosen} presets={catalogue.data.presets} />
  )
}

interface FormProps {
  version: Version
  ready: Version[]
  onVersion: (id: number) => void
  presets: Preset[]
}

function Form({ version, ready, onVersion, presets }: FormProps) {
  const { pid } = useParams({ from: '/inside/shell/p/$pid' })
  const { t } = useTranslation(['training', 'versions'])
  const client = useQueryClient()
  const navigate = useNavigate()
  const [presetName, setPresetName] = useState(presets[0]?.name ?? '')
  const [name, setName] = useState('')
  const [weights, setWeights] = useState<number | null>(null)
  const [changes, setChanges] = useState<Changes>({})
  const preset = presets.find((row) => row.name === presetName)
  const start = useMutation({
    mutationFn: (): Promise<Run> => {
      const config = Object.keys(changes).length > 0 ? { config: changes } : {}
      const body = { version: version.id, preset: presetName, name, ...(weights ? { weights } : {}), ...config }
      return ask(api.POST('/api/projects/{pid}/runs', { params: { path: { pid } }, body }))
    },
    onSuccess: async (run) => {
      await client.invalidateQueries({ queryKey: runsQuery(pid).queryKey })
      await navigate({ to: `/p/${pid}/runs/${run.id}` })
    },
  })
  return (
    <Card withBorder component="section" aria-labelledby="start-heading">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate()
        }}
      >
        <Stack>
          <Title order={2} fz="h4" id="start-heading">
            {t('start.title')}
          </Title>
          <Group align="flex-end">
            <NativeSelect
              label={t('start.version')}
              value={String(version.id)}
              onChange={(event) => onVersion(Number(event.currentTarget.value))}
              data={ready.map((row) => ({
                value: String(row.id),
                label: t('start.versionWith', { number: row.number, count: row.counts.train ?? 0 }),
              }))}
            />
            <TextInput
              label={t('run.name')}
              value={name}
              maxLength={200}
              onChange={(event) => setName(event.currentTarget.value)}
              style={{ flex: '1 1 12rem' }}
            />
          </Group>
          <Radio.Group label={t('start.preset')} value={presetName} onChange={setPresetName}>
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mt="xs">
              {presets.map((row) => (
                <PresetCard key={row.name} preset={row} version={version} />
              ))}
            </SimpleGrid>
          </Radio.Group>
          <Accordion variant="contained" chevronPosition="left">
            <Accordion.Item value="more">
              <Accordion.Control>{t('start.more')}</Accordion.Control>
              <Accordion.Panel>
                <Stack>
                  {preset && (
                    <WeightsPicker pid={pid} architecture={preset.architecture} value={weights} onChange={setWeights} />
                  )}
                  {preset && <Options pid={pid} preset={preset} changes={changes} onChange={setChanges} />}
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
            <Accordion.Item value="preview">
              <Accordion.Control>{t('preview.title')}</Accordion.Control>
              <Accordion.Panel>
                {/* What was shown for other options is gone once they change. */}
                <AugmentationPreview
                  key={JSON.stringify([presetName, changes])}
                  pid={pid}
                  version={version.id}
                  preset={presetName}
                  changes={changes}
                />
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          {start.isError && <ErrorState text={errorText(start.error)} />}
          <div>
            <Button type="submit" size="md" loading={start.isPending}>
              {t('start.button')}
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  )
}

function PresetCard({ preset, version }: { preset: Preset; version: Version }) {
  const { t } = useTranslation('training')
  const format = useFormat()
  const seconds = expectedSeconds(preset, version)
  return (
    <Radio.Card value={preset.name} p="sm" radius="md">
      <Group wrap="nowrap" align="flex-start">
        <Radio.Indicator />
        <div>
          <Text fw={600}>{presetTitle(preset.name, preset.title)}</Text>
          <Text size="sm" c="dimmed">
            {preset.architecture}, {t('start.pixels', { size: preset.size })}
          </Text>
          <Text size="sm">
            {seconds === null
              ? t('start.perThousand', { time: format.duration(preset.seconds_per_1000_images) })
              : t('start.expected', { time: format.duration(seconds) })}
          </Text>
          <Text size="xs" c="dimmed" mt={4}>
            {presetAbout(preset.name, preset.about)}
          </Text>
        </div>
      </Group>
    </Radio.Card>
  )
}
