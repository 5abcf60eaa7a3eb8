import { Button, FileInput, Modal, Stack, Tabs, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { classesQuery } from '@/api/project'
import type { LabelClass } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { classesIn } from '../projects/classList'
import { tellDone } from '../tell'

interface Props {
  pid: number
  opened: boolean
  onClose: () => void
}

/** New classes from a pasted list or a CSV file; nothing is added where one line cannot be taken. */
export function AddClasses({ pid, opened, onClose }: Props) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [tab, setTab] = useState<string | null>('paste')
  const add = useMutation({
    mutationFn: async (): Promise<LabelClass[]> => {
      const body = tab === 'csv' && file ? { csv: await file.text() } : { text }
      return ask(api.POST('/api/projects/{pid}/classes', { params: { path: { pid } }, body }))
    },
    onSuccess: (schema) => {
      client.setQueryData(classesQuery(pid).queryKey, schema)
      tellDone(t('classes.added'))
      setText('')
      setFile(null)
      onClose()
    },
  })
  const found = classesIn(text)
  const ready = tab === 'csv' ? file !== null : found > 0

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('classes.add')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <Stack>
          {add.isError && <ErrorState text={errorText(add.error)} />}
          <Tabs value={tab} onChange={setTab}>
            <Tabs.List mb="sm" aria-label={t('classes.add')}>
              <Tabs.Tab value="paste">{t('classes.addPaste')}</Tabs.Tab>
              <Tabs.Tab value="csv">{t('classes.addCsv')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="paste">
              <Textarea
                label={t('new.classes')}
                description={t('new.classesHelp')}
                placeholder={t('new.classesPlaceholder')}
                autosize
                minRows={6}
                maxRows={16}
                data-autofocus
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
              <Text size="sm" c="dimmed" mt={4} role="status">
                {found > 0 ? t('new.classesFound', { count: found }) : ''}
              </Text>
            </Tabs.Panel>
            <Tabs.Panel value="csv">
              <FileInput
                label={t('classes.csvFile')}
                description={t('classes.csvHelp')}
                accept=".csv,text/csv,text/plain"
                clearable
                clearButtonProps={{ 'aria-label': t('common:remove') }}
                value={file}
                onChange={setFile}
              />
            </Tabs.Panel>
          </Tabs>
          <Text size="sm" c="dimmed">
            {t('classes.askAgain')}
          </Text>
          <Button type="submit" loading={add.isPending} disabled={!ready}>
            {t('classes.add')}
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
