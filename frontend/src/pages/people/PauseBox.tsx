import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import { setPaused } from '@/api/standing'
import type { PersonDetail } from '@/api/types'
import { useFormat } from '@/i18n/format'
import { tellDone, tellFailed } from '../tell'

/** Whether a person is handed questions, and the button that changes it. */
export function PauseBox({ pid, person }: { pid: number; person: PersonDetail }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const { name, pause, user_id } = person
  const change = useMutation({
    mutationFn: (to: { note: string } | null) => setPaused(pid, user_id, to),
    onSuccess: (_, to) => {
      setNote('')
      tellDone(t(to ? 'pause.paused' : 'pause.resumed', { name }))
    },
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: [...projectKey(pid), 'people'] }),
  })
  if (pause) {
    return (
      <Alert color="red" variant="light">
        <Text>{t(`pause.by.${pause.code}`, { when: format.date(pause.at) })}</Text>
        {pause.note && <Text mt={4}>{t('paused.note', { note: pause.note })}</Text>}
        <Text mt={4} mb="sm">
          {t('pause.kept')}
        </Text>
        <Button
          size="sm"
          variant="default"
          loading={change.isPending}
          aria-label={t('pause.resumeName', { name })}
          onClick={() => change.mutate(null)}
        >
          {t('pause.resume')}
        </Button>
      </Alert>
    )
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate({ note })
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t('pause.note')}
          maxLength={300}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          style={{ flex: '0 1 26rem' }}
        />
        <Button type="submit" variant="default" loading={change.isPending} aria-label={t('pause.doName', { name })}>
          {t('pause.do')}
        </Button>
      </Group>
    </form>
  )
}
