import { Anchor, Button, Group, Input, NativeSelect, Slider, Stack, Text } from '@mantine/core'
import { IconPhotoSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { classesQuery } from '@/api/project'
import { type ModelToTry, modelsToTryQuery } from '@/api/tryouts'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { useFormat } from '@/i18n/format'
import { classColour } from '@/theme/colours'
import { PictureZone } from './PictureZone'
import { TriedCard } from './TriedCard'
import styles from './try.module.css'
import { useModelName } from './useModelName'
import { useTries } from './useTries'

/** Pictures that belong to no project, shown to one of its models. */
export default function TryPage() {
  const { pid } = useParams({ from: '/inside/shell/p/$pid' })
  const { model } = useSearch({ from: '/inside/shell/p/$pid/try' })
  const navigate = useNavigate()
  const choose = (key: string) => void navigate({ to: '/p/$pid/try', params: { pid }, search: { model: key } })
  return <Trying pid={pid} wanted={model} onModel={choose} />
}

interface Props {
  pid: number
  /** Key of the model that the address asks for. */
  wanted?: string
  onModel: (key: string) => void
}

export function Trying({ pid, wanted, onModel }: Props) {
  const { t } = useTranslation('tryout')
  const found = useQuery(modelsToTryQuery(pid))
  const models = found.data?.models ?? []
  const model = models.find(({ key }) => key === wanted) ?? models[0]
  return (
    <>
      <PageTitle title={t('title')} lead={t('lead')} />
      {found.isError && <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />}
      {found.isSuccess && !model && (
        <EmptyState
          icon={<IconPhotoSearch size={32} />}
          title={t('empty')}
          action={
            <Button component={Link} to={`/p/${pid}/runs`}>
              {t('toTraining')}
            </Button>
          }
        >
          {t('emptyHelp')}
        </EmptyState>
      )}
      {model && found.data && (
        <Bench pid={pid} models={models} model={model} limit={found.data.limit} onModel={onModel} />
      )}
    </>
  )
}

interface BenchProps {
  pid: number
  models: ModelToTry[]
  model: ModelToTry
  limit: number
  onModel: (key: string) => void
}

function Bench({ pid, models, model, limit, onModel }: BenchProps) {
  const { t } = useTranslation('tryout')
  const format = useFormat()
  const nameOf = useModelName()
  const { tried, show, again, remove } = useTries(pid)
  const colourOf = useColours(pid)
  const [tooLarge, setTooLarge] = useState<string[]>([])
  // By model: scores of one say nothing about those of another.
  const [moved, setMoved] = useState<Record<string, number>>({})
  const thresholdOf = (of: ModelToTry) => moved[of.key] ?? of.threshold
  const boxed = tried.find(({ answer }) => answer?.form === 'boxes')?.model

  const onPictures = useCallback(
    (files: File[]) => {
      setTooLarge(files.filter((file) => file.size > limit).map((file) => file.name))
      show(
        files.filter((file) => file.size <= limit),
        model,
      )
    },
    [show, model, limit],
  )

  return (
    <Stack>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label={t('model')}
          description={t('modelHelp')}
          value={model.key}
          onChange={(event) => onModel(event.currentTarget.value)}
          data={models.map((one) => ({ value: one.key, label: nameOf(one) }))}
          style={{ flex: '1 1 22rem', maxWidth: '40rem' }}
        />
        {model.run !== null && (
          <Anchor component={Link} to={`/p/${pid}/runs/${model.run}`} underline="always" size="sm">
            {t('itsRun')}
          </Anchor>
        )}
      </Group>
      <PictureZone onPictures={onPictures} />
      {tooLarge.length > 0 && (
        <ErrorState text={t('tooLarge', { names: tooLarge.join(', '), limit: format.bytes(limit) })} />
      )}
      {boxed && (
        <Threshold
          name={nameOf(boxed)}
          value={thresholdOf(boxed)}
          suggested={boxed.threshold}
          onChange={(value) => setMoved((all) => ({ ...all, [boxed.key]: value }))}
        />
      )}
      <ul className={styles.tried} aria-label={t('tried')}>
        {tried.map((one) => (
          <TriedCard
            key={one.id}
            tried={one}
            model={model}
            threshold={thresholdOf(one.model)}
            colourOf={colourOf}
            onAgain={() => again(one.id, model)}
            onRemove={() => remove(one.id)}
          />
        ))}
      </ul>
    </Stack>
  )
}

interface ThresholdProps {
  /** Of the model whose boxes it is for. */
  name: string
  value: number
  suggested: number
  onChange: (value: number) => void
}

function Threshold({ name, value, suggested, onChange }: ThresholdProps) {
  const { t, i18n } = useTranslation('tryout')
  const id = useId()
  const write = (share: number) => new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2 }).format(share)
  return (
    <div className={styles.threshold}>
      <Input.Label id={id} component="span">
        {t('threshold', { model: name })}: <strong>{write(value)}</strong>
      </Input.Label>
      <Slider
        my="xs"
        min={0}
        max={1}
        step={0.01}
        label={null}
        value={value}
        onChange={onChange}
        marks={[{ value: suggested }]}
        thumbProps={{ 'aria-labelledby': id }}
      />
      <Text size="sm" c="dimmed">
        {t('thresholdHelp', { value: write(suggested) })}
      </Text>
    </div>
  )
}

/** The project's own colours, and for classes that it does not have one by their number. */
function useColours(pid: number): (concept: number) => string {
  const classes = useQuery(classesQuery(pid)).data ?? []
  return (concept) => {
    const row = classes.find(({ concept_id }) => concept_id === concept)
    return row ? classColour(row.index, row.color) : classColour(concept)
  }
}
