import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import { classesQuery } from '@/api/project'
import type { LabelClass } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { classColour } from '@/theme/colours'
import { tellDone } from '../tell'
import classes from './settings.module.css'

interface Props {
  pid: number
  row: LabelClass
  onClose: () => void
}

export function EditClass({ pid, row, onClose }: Props) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const form = useForm({
    initialValues: {
      name: row.name,
      definition: row.definition,
      synonyms: row.synonyms.join(', '),
      hotkey: row.hotkey,
      color: classColour(row.index, row.color),
    },
    validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) },
  })
  const save = useMutation({
    mutationFn: ({ synonyms, ...values }: typeof form.values): Promise<LabelClass> =>
      ask(
        api.PATCH('/api/projects/{pid}/classes/{cid}', {
          params: { path: { pid, cid: row.id } },
          body: {
            ...values,
            synonyms: synonyms
              .split(/[,，]/)
              .map((word) => word.trim())
              .filter(Boolean),
          },
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: classesQuery(pid).queryKey })
      tellDone(t('classes.saved', { name: saved.name }))
      onClose()
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('classes.editName', { name: row.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          {save.isError && <ErrorState text={errorText(save.error)} />}
          <TextInput
            label={t('classes.name')}
            required
            data-autofocus
            maxLength={400}
            {...form.getInputProps('name')}
          />
          <Textarea
            label={t('classes.definition')}
            description={t('classes.definitionHelp')}
            autosize
            minRows={2}
            maxLength={8000}
            {...form.getInputProps('definition')}
          />
          <TextInput
            label={t('classes.synonyms')}
            description={t('classes.synonymsHelp')}
            {...form.getInputProps('synonyms')}
          />
          <TextInput
            label={t('classes.key')}
            description={t('classes.keyHelp')}
            maxLength={1}
            maw={160}
            {...form.getInputProps('hotkey')}
          />
          <Group align="flex-end" gap="xs">
            <TextInput
              label={t('classes.color')}
              description={t('classes.colorHelp')}
              maxLength={7}
              {...form.getInputProps('color')}
            />
            <input
              type="color"
              className={classes.swatch}
              aria-label={t('classes.colorPick', { name: row.name })}
              value={/^#[0-9a-f]{6}$/i.test(form.values.color) ? form.values.color : '#000000'}
              onChange={(event) => form.setFieldValue('color', event.currentTarget.value)}
            />
          </Group>
          <Button type="submit" loading={save.isPending}>
            {t('common:save')}
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
