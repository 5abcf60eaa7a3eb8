import { Button, Group, Paper, Radio, Stack, Text, TextInput } from '@mantine/core'
import { IconFiles, IconFolder } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ChangeEvent, type DragEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import type { UnfinishedUpload } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { GoOn } from './GoOn'
import classes from './import.module.css'
import { brokenQuery } from './queries'
import type { Broken } from './useStartImport'
import { folders, fromDrop, fromInput, type GivenFile } from './walk'

const SHOWN_FOLDERS = 6
// A zip may hold anything, and files of these kinds are nobody's pictures.
const ZIP = /\.zip$/i
const SAYS_SOMETHING = /\.(xml|json|txt|ya?ml)$/i

export interface Choice {
  name: string
  /** Looked at before anything of it is taken in. */
  staged: boolean
}

interface Props {
  pid: number
  /** Uploads to which the files may belong. */
  unfinished: readonly UnfinishedUpload[]
  busy: boolean
  problem: unknown
  onStart: (files: readonly GivenFile[], choice: Choice, goOn?: Broken) => void
}

/** Where files are dropped or chosen, what was chosen, and what their folders mean. */
export function Choose({ pid, unfinished, busy, problem, onStart }: Props) {
  const { t } = useTranslation(['data', 'common'])
  const format = useFormat()
  const [{ files, round }, setGiven] = useState<{ files: GivenFile[]; round: number }>({ files: [], round: 0 })
  const [anew, setAnew] = useState(false)
  const broken = useQuery(brokenQuery(pid, files, unfinished, round))
  const goOn = anew ? undefined : (broken.data ?? undefined)
  const [name, setName] = useState('')
  const [said, setSaid] = useState<boolean | null>(null)
  const named = useMemo(() => folders(files), [files])
  const looksLabeled = files.some(({ path }) => ZIP.test(path) || SAYS_SOMETHING.test(path))
  const mayHaveLabels = named.length > 0 || looksLabeled
  const staged = mayHaveLabels && (said ?? looksLabeled)
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)

  function add(more: GivenFile[]) {
    setGiven((before) => {
      const known = new Set(before.files.map(({ path }) => path))
      return { files: [...before.files, ...more.filter(({ path }) => !known.has(path))], round: before.round + 1 }
    })
  }

  function begin() {
    onStart(files, { name: name.trim() || whatItIs(files), staged }, goOn)
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
              <Button variant="default" size="xs" onClick={() => setGiven({ files: [], round: round + 1 })}>
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
            {broken.isError && <ErrorState text={errorText(broken.error)} onRetry={() => broken.refetch()} />}
            {broken.isFetching && <Text role="status">{t('import.resume.comparing')}</Text>}
            {goOn ? (
              <GoOn broken={goOn} busy={busy} onGoOn={begin} onAnew={() => setAnew(true)} />
            ) : (
              <>
                {mayHaveLabels && (
                  <Radio.Group
                    label={t('import.labels')}
                    value={staged ? 'look' : 'none'}
                    onChange={(value) => setSaid(value === 'look')}
                  >
                    <Stack gap="sm" mt="xs">
                      <Radio value="look" label={t('import.labelsLook')} description={t('import.labelsLookHelp')} />
                      <Radio value="none" label={t('import.labelsNone')} description={t('import.labelsNoneHelp')} />
                    </Stack>
                  </Radio.Group>
                )}
                <TextInput
                  label={`${t('import.name')} (${t('common:optional')})`}
                  maxLength={200}
                  value={name}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
                <Button
                  size="md"
                  loading={busy || broken.isFetching}
                  onClick={begin}
                  style={{ alignSelf: 'flex-start' }}
                >
                  {t(staged ? 'import.look' : 'import.start', { count: files.length })}
                </Button>
              </>
            )}
          </Stack>
        </Paper>
      )}
    </Stack>
  )
}

/** A name for what was given none: that of its zip, or of the folder that holds it all. */
function whatItIs(files: readonly GivenFile[]): string {
  const first = files[0]?.path ?? ''
  const top = first.split('/')[0] ?? ''
  const whole = files.length === 1 ? ZIP.test(first) : files.every(({ path }) => path.startsWith(`${top}/`))
  return whole ? top.replace(ZIP, '').slice(0, 200) : ''
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
