import { Button, Input, NumberInput, Paper, Radio, Slider, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText, fieldErrors } from '@/api/errors'
import { projectKey, projectsQuery } from '@/api/project'
import type { Project } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { tellDone } from '../tell'
import { classesIn } from './classList'

type Kind = 'choice' | 'choices' | 'box'
const KIND_NAMES: readonly Kind[] = ['choice', 'choices', 'box']
const DEFAULTS = {
  name: '',
  kind: 'choice' as Kind,
  description: '',
  classes_text: '',
  redundancy: 1,
  holdout_percent: 10,
}

export default function NewProjectPage() {
  const { t } = useTranslation('projects')
  const client = useQueryClient()
  const navigate = useNavigate()
  const holdoutLabel = useId()
  const form = useForm({
    initialValues: DEFAULTS,
    validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) },
  })
  const make = useMutation({
    mutationFn: ({ holdout_percent, ...body }: typeof DEFAULTS): Promise<Project> =>
      ask(api.POST('/api/projects', { body: { ...body, holdout_share: holdout_percent / 100 } })),
    onSuccess: async (project) => {
      client.setQueryData(projectKey(project.id), project)
      await client.invalidateQueries({ queryKey: projectsQuery.queryKey })
      tellDone(t('new.created'))
      await navigate({ to: '/p/$pid/import', params: { pid: project.id } })
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  const found = classesIn(form.values.classes_text)

  return (
    <>
      <PageTitle title={t('new.title')} lead={t('new.lead')} />
      <Paper withBorder p="lg" maw={720}>
        <form noValidate onSubmit={form.onSubmit((values) => make.mutate(values))}>
          <Stack gap="lg">
            {make.isError && <ErrorState text={errorText(make.error)} />}
            <TextInput label={t('new.name')} required maxLength={200} autoFocus {...form.getInputProps('name')} />
            <Textarea
              label={t('new.description')}
              description={t('new.descriptionHelp')}
              autosize
              minRows={2}
              maxLength={10_000}
              {...form.getInputProps('description')}
            />
            <Radio.Group label={t('new.kind')} description={t('new.kindHelp')} {...form.getInputProps('kind')}>
              <Stack gap="xs" mt="xs">
                {KIND_NAMES.map((kind) => (
                  <Radio
                    key={kind}
                    value={kind}
                    label={t(`new.kinds.${kind}`)}
                    description={t(`new.kinds.${kind}Help`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <div>
              <Textarea
                label={t('new.classes')}
                description={t('new.classesHelp')}
                placeholder={t('new.classesPlaceholder')}
                autosize
                minRows={4}
                maxRows={14}
                {...form.getInputProps('classes_text')}
              />
              <Text size="sm" c="dimmed" mt={4} role="status">
                {found > 0 ? t('new.classesFound', { count: found }) : ''}
              </Text>
            </div>
            <NumberInput
              label={t('new.redundancy')}
              description={t('new.redundancyHelp')}
              min={1}
              max={50}
              allowDecimal={false}
              clampBehavior="strict"
              w={{ base: '100%', sm: 320 }}
              {...form.getInputProps('redundancy')}
            />
            <div>
              <Input.Label id={holdoutLabel} component="span">
                {t('new.holdout')}: {t('new.percent', { value: form.values.holdout_percent })}
              </Input.Label>
              <Input.Description>{t('new.holdoutHelp')}</Input.Description>
              <Slider
                mt="sm"
                mb="xl"
                thumbProps={{ 'aria-labelledby': holdoutLabel }}
                min={0}
                max={50}
                step={1}
                label={null}
                marks={[0, 10, 20, 30, 40, 50].map((value) => ({ value, label: t('new.percent', { value }) }))}
                {...form.getInputProps('holdout_percent')}
              />
            </div>
            <Button type="submit" size="md" loading={make.isPending} style={{ alignSelf: 'flex-start' }}>
              {t('new.create')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </>
  )
}
