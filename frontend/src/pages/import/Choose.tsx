import { Button, Group, Paper, Radio, Stack, Text, TextInput } from '@mantine/core'
import { IconFiles, IconFolder } from '@tabler/icons-react'
import { type ChangeEvent, type DragEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import classes from './import.module.css'
import { folders, fromDrop, fromInput, type GivenFile } from './walk'

const LABELS_AS = ['none', 'votes', 'gold'] as const
const SHOWN_FOLDERS = 6
const TITLES = { none: 'labelsNone', votes: 'labelsVotes', gold: 'labelsGold' } as const

export interface Choice {
  name: string
  labels_as: (typeof LABELS_AS)[number]
  source_name: string
}

interface Props {
  busy: boolean
  problem: unknown
  onStart: (files: readonly GivenFile[], choice: Choice) => void
}

/** Where files are dropped or chosen, what was chosen, and what their folders mean. */
export function Choose({ busy, problem, onStart }: Props) {
  const { t } = useTranslation(['data', 'common'])
  const format = useFormat()
  const [files, setFiles] = useState<GivenFile[]>([])
  const [choice, setChoice] = useState<Choice>({ name: '', labels_as: 'none', source_name: '' })
  const named = useMemo(() => folders(files), [files])
  const mayHaveLabels = named.length > 0 || files.some(({ path }) => /\.zip$/i.test(path))
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)

  function add(more: GivenFile[]) {
    setFiles((before) => {
      const known = new Set(before.map(({ path }) => path))
      return [...before, ...more.filter(({ path }) => !known.has(path))]
    })
  }

  return (
    <Stack>
      {problem ? <ErrorState text={errorText(problem)} /> : null}
      <DropZone onFiles={add} />
      {files.length > 0 && (
        <Paper withBorder p="lg">
          <Stack>
            <Group justify="space-between">
              <Text fw={600} role="status">
                {t('import.chosen', { count: files.length, size: format.bytes(bytes) })}
              </Text>
              <Button variant="default" size="xs" onClick={() => setFiles([])}>
                {t('import.clear')}
              </Button>
            </Group>
            {named.length > 0 && (
              <Text size="sm" c="dimmed">
                {t('import.folders', {
                  names: named
                    .slice(0, SHOWN_FOLDERS)
                    .map(([name, count]) => `${name} (${format.number(count)})`)
                    .join(', '),
                })}
                {named.length > SHOWN_FOLDERS && ` ${t('import.foldersMore', { count: named.length - SHOWN_FOLDERS })}`}
              </Text>
            )}
            {mayHaveLabels && (
              <Radio.Group
                label={t('import.labels')}
                value={choice.labels_as}
                onChange={(value) =>
                  setChoice({ ...choice, labels_as: LABELS_AS.find((each) => each === value) ?? 'none' })
                }
              >
                <Stack gap="sm" mt="xs">
                  {LABELS_AS.map((value) => (
                    <Radio
                      key={value}
                      value={value}
                      label={t(`import.${TITLES[value]}`)}
                      description={t(`import.${TITLES[value]}Help`)}
                    />
                  ))}
                </Stack>
              </Radio.Group>
            )}
            {choice.labels_as !== 'none' && (
              <TextInput
                label={t('import.source')}
                description={t('import.sourceHelp')}
                required={choice.labels_as === 'votes'}
                maxLength={100}
                value={choice.source_name}
                onChange={(event) => setChoice({ ...choice, source_name: event.currentTarget.value })}
              />
            )}
            <TextInput
              label={`${t('import.name')} (${t('common:optional')})`}
              maxLength={200}
              value={choice.name}
              onChange={(event) => setChoice({ ...choice, name: event.currentTarget.value })}
            />
            <Button
              size="md"
              loading={busy}
              disabled={choice.labels_as === 'votes' && !choice.source_name.trim()}
              onClick={() => onStart(files, choice)}
              style={{ alignSelf: 'flex-start' }}
            >
              {t('import.start', { count: files.length })}
            </Button>
          </Stack>
        </Paper>
      )}
    </Stack>
  )
}

function DropZone({ onFiles }: { onFiles: (files: GivenFile[]) => void }) {
  const { t } = useTranslation(['data', 'common'])
  const [over, setOver] = useState(false)
  const [reading, setReading] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  async function onDrop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    setReading(true)
    try {
      onFiles(await fromDrop(event.dataTransfer))
    } finally {
      setReading(false)
    }
  }

  function onChosen(event: ChangeEvent<HTMLInputElement>) {
    onFiles(fromInput(event.currentTarget.files ?? []))
    event.currentTarget.value = ''
  }

  return (
    <section
      className={classes.zone}
      aria-label={t('import.drop')}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void onDrop(event)}
    >
      <Text fw={600} fz="lg" role="status">
        {reading ? t('import.reading') : over ? t('import.dropNow') : t('import.drop')}
      </Text>
      <Text c="dimmed">{t('import.or')}</Text>
      <Group justify="center">
        <Button
          variant="default"
          leftSection={<IconFiles size={18} aria-hidden />}
          onClick={() => files.current?.click()}
        >
          {t('import.chooseFiles')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFolder size={18} aria-hidden />}
          onClick={() => folder.current?.click()}
        >
          {t('import.chooseFolder')}
        </Button>
      </Group>
      <input ref={files} type="file" multiple hidden data-testid="files" onChange={onChosen} accept="image/*,.zip" />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        data-testid="folder"
        onChange={onChosen}
        {...{ webkitdirectory: '' }}
      />
    </section>
  )
}
