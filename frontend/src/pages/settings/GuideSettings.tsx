import { Button, FileButton, Group, Paper, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { ApiError, errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { GuidePicture, Project } from '@/api/types'
import { sendForm } from '@/api/upload'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { Picture } from '@/components/Picture'
import { tellDone, tellFailed } from '../tell'
import classes from './settings.module.css'
import { useSaveProject } from './useSaveProject'

export function GuideSettings({ project }: { project: Project }) {
  return (
    <Stack gap="lg" maw={860}>
      <GuideText project={project} />
      <GuidePictures pid={project.id} />
    </Stack>
  )
}

function GuideText({ project }: { project: Project }) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const [text, setText] = useState(project.guide_text)
  const save = useSaveProject(project.id, { onSuccess: () => tellDone(t('guide.saved')) })
  const conflict = save.error instanceof ApiError && save.error.code === 'guide_changed'
  return (
    <Paper withBorder p="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate({ guide_text: text, guide_version: project.guide_version })
        }}
      >
        <Stack>
          {save.isError && (
            <ErrorState
              text={conflict ? t('guide.changed') : errorText(save.error)}
              onRetry={conflict ? () => client.invalidateQueries({ queryKey: projectKey(project.id) }) : undefined}
            />
          )}
          <Textarea
            label={t('guide.text')}
            description={t('guide.textHelp')}
            placeholder={t('guide.placeholder')}
            autosize
            minRows={6}
            maxRows={24}
            maxLength={100_000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={text === project.guide_text}>
              {t('common:save')}
            </Button>
            {text !== project.guide_text && (
              <Text size="sm" c="dimmed">
                {t('common:unsaved')}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}

function GuidePictures({ pid }: { pid: number }) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const key = ['project', pid, 'guide-pictures']
  const guide = useQuery({
    queryKey: key,
    queryFn: async (): Promise<GuidePicture[]> => {
      const { pictures } = await ask<{ pictures: GuidePicture[] }>(
        api.GET('/api/projects/{pid}/desk/guide', { params: { path: { pid } } }),
      )
      return pictures
    },
  })
  const outcome = {
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const add = useMutation({
    mutationFn: (file: File) => sendForm(`/api/projects/${pid}/guide/pictures`, { file }),
    ...outcome,
  })
  const remove = useMutation({
    mutationFn: (eid: number) =>
      ask(api.DELETE('/api/projects/{pid}/guide/pictures/{eid}', { params: { path: { pid, eid } } })),
    ...outcome,
  })
  return (
    <Paper withBorder p="lg">
      <Group justify="space-between" mb="md">
        <Title order={2} fz="h4">
          {t('guide.pictures')}
        </Title>
        <FileButton accept="image/*" onChange={(file) => file && add.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={add.isPending}>
              {t('guide.pictureAdd')}
            </Button>
          )}
        </FileButton>
      </Group>
      {guide.isError && <ErrorState text={errorText(guide.error)} onRetry={() => guide.refetch()} />}
      {guide.data?.length === 0 && <Text c="dimmed">{t('guide.picturesNone')}</Text>}
      <ul className={classes.pictures}>
        {guide.data?.map((picture, at) => (
          <li key={picture.id}>
            <div className={classes.large}>
              <Picture src={picture.url} alt={t('guide.picture', { number: at + 1 })} fit="contain" />
            </div>
            <ConfirmButton
              mt="xs"
              size="xs"
              variant="default"
              danger
              label={t('common:remove')}
              name={t('guide.pictureRemove', { number: at + 1 })}
              question={t('guide.pictureRemove', { number: at + 1 })}
              confirm={t('common:remove')}
              onConfirm={() => remove.mutate(picture.id)}
            />
          </li>
        ))}
      </ul>
    </Paper>
  )
}
