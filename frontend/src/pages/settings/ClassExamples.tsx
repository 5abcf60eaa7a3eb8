import { Button, FileButton, Text } from '@mantine/core'
import { IconPhotoPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { classesQuery } from '@/api/project'
import type { LabelClass } from '@/api/types'
import { sendForm } from '@/api/upload'
import { ConfirmButton } from '@/components/ConfirmButton'
import { Picture } from '@/components/Picture'
import { tellFailed } from '../tell'
import classes from './settings.module.css'

/** The example pictures of one class, with the way to add and remove them. */
export function ClassExamples({ pid, row }: { pid: number; row: LabelClass }) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const outcome = {
    onSuccess: () => client.invalidateQueries({ queryKey: classesQuery(pid).queryKey }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const add = useMutation({
    mutationFn: (file: File) => sendForm(`/api/projects/${pid}/classes/${row.id}/examples`, { file }),
    ...outcome,
  })
  const remove = useMutation({
    mutationFn: (eid: number) =>
      ask(api.DELETE('/api/projects/{pid}/examples/{eid}', { params: { path: { pid, eid } } })),
    ...outcome,
  })
  return (
    <div className={classes.examples}>
      {row.examples.length === 0 && (
        <Text size="sm" c="var(--warn)">
          {t('classes.exampleNone')}
        </Text>
      )}
      {row.examples.map((example) => (
        <div key={example.id}>
          <div className={classes.example}>
            <Picture src={example.url} alt={t('classes.exampleOf', { name: row.name })} />
          </div>
          <ConfirmButton
            size="compact-xs"
            h={24}
            mt={4}
            variant="default"
            danger
            label={t('common:remove')}
            name={t('classes.exampleRemove', { name: row.name })}
            question={t('classes.exampleRemove', { name: row.name })}
            confirm={t('common:remove')}
            onConfirm={() => remove.mutate(example.id)}
          />
        </div>
      ))}
      {!row.archived && (
        <FileButton accept="image/*" onChange={(file) => file && add.mutate(file)}>
          {(props) => (
            <Button
              {...props}
              size="xs"
              variant="default"
              loading={add.isPending}
              leftSection={<IconPhotoPlus size={16} aria-hidden />}
              aria-label={t('classes.exampleAddFor', { name: row.name })}
            >
              {t('classes.exampleAdd')}
            </Button>
          )}
        </FileButton>
      )}
    </div>
  )
}
