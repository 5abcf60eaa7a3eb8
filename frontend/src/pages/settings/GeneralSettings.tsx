import { Button, Input, Paper, Slider, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText, fieldErrors } from '@/api/errors'
import type { Project } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { tellDone } from '../tell'
import { useSaveProject } from './useSaveProject'

export function GeneralSettings({ project }: { project: Project }) {
  const { t } = useTranslation(['projects', 'common'])
  const holdoutLabel = useId()
  const form = useForm({
    initialValues: {
      name: project.name,
      description: project.description,
      licence: project.licence,
      holdout_percent: Math.round(project.holdout_share * 100),
    },
    validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) },
  })
  const save = useSaveProject(project.id, {
    onSuccess: () => {
      form.resetDirty()
      tellDone(t('settings.saved'))
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  return (
    <Paper withBorder p="lg" maw={720}>
      <form
        noValidate
        onSubmit={form.onSubmit(({ holdout_percent, ...values }) =>
          save.mutate({ ...values, holdout_share: holdout_percent / 100 }),
        )}
      >
        <Stack gap="lg">
          {save.isError && <ErrorState text={errorText(save.error)} />}
          <TextInput label={t('new.name')} required maxLength={200} {...form.getInputProps('name')} />
          <Textarea
            label={t('new.description')}
            description={t('new.descriptionHelp')}
            autosize
            minRows={2}
            maxLength={10_000}
            {...form.getInputProps('description')}
          />
          <TextInput
            label={t('settings.licence')}
            description={t('settings.licenceHelp')}
            maxLength={200}
            {...form.getInputProps('licence')}
          />
          <div>
            <Input.Label id={holdoutLabel} component="span">
              {t('new.holdout')}: {t('new.percent', { value: form.values.holdout_percent })}
            </Input.Label>
            <Input.Description>
              {t('new.holdoutHelp')} {t('settings.holdoutLater')}
            </Input.Description>
            <Slider
              mt="sm"
              mb="xl"
              thumbProps={{ 'aria-labelledby': holdoutLabel }}
              min={0}
              max={90}
              step={1}
              label={null}
              marks={[0, 10, 30, 50, 70, 90].map((value) => ({ value, label: t('new.percent', { value }) }))}
              {...form.getInputProps('holdout_percent')}
            />
          </div>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'flex-start' }}>
            {t('common:save')}
          </Button>
        </Stack>
      </form>
    </Paper>
  )
}
