import { Badge, Button, Group, Kbd, Paper, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTags } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { classesQuery } from '@/api/project'
import type { LabelClass } from '@/api/types'
import { ClassChip } from '@/components/ClassChip'
import { ConfirmButton } from '@/components/ConfirmButton'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { tellFailed } from '../tell'
import { AddClasses } from './AddClasses'
import { ClassExamples } from './ClassExamples'
import { EditClass } from './EditClass'
import classes from './settings.module.css'

export function ClassSettings({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  const [adding, form] = useDisclosure(false)
  const schema = useQuery(classesQuery(pid))
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={form.open}>
      {t('classes.add')}
    </Button>
  )
  return (
    <Stack maw={860}>
      {schema.isError && <ErrorState text={errorText(schema.error)} onRetry={() => schema.refetch()} />}
      {schema.data?.length === 0 ? (
        <EmptyState icon={<IconTags size={28} />} title={t('classes.none')} action={add}>
          {t('classes.noneHelp')}
        </EmptyState>
      ) : (
        <>
          <Group justify="space-between">
            <Title order={2} fz="h4">
              {t('classes.list')}
            </Title>
            {add}
          </Group>
          <Paper withBorder>
            <ul className={classes.list}>
              {schema.data?.map((row) => (
                <ClassRow key={row.id} pid={pid} row={row} />
              ))}
            </ul>
          </Paper>
        </>
      )}
      <AddClasses pid={pid} opened={adding} onClose={form.close} />
    </Stack>
  )
}

function ClassRow({ pid, row }: { pid: number; row: LabelClass }) {
  const { t } = useTranslation('projects')
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const archive = useMutation({
    mutationFn: () =>
      ask(api.POST('/api/projects/{pid}/classes/{cid}/archive', { params: { path: { pid, cid: row.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: classesQuery(pid).queryKey }),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  return (
    <li className={classes.class}>
      <div className={row.archived ? classes.archived : undefined}>
        <Group gap="xs">
          <Text fw={600} component="span">
            <ClassChip name={row.name} index={row.index} colour={row.color} />
          </Text>
          {row.hotkey && <Kbd>{row.hotkey}</Kbd>}
          {row.archived && (
            <Badge variant="outline" color="gray" c="var(--mantine-color-text)">
              {t('classes.archived')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" mt={4}>
          {row.definition || t('classes.noDefinition')}
        </Text>
      </div>
      {!row.archived && (
        <Group gap="xs" align="flex-start">
          <Button
            size="xs"
            variant="default"
            aria-label={t('classes.editName', { name: row.name })}
            onClick={() => setEditing(true)}
          >
            {t('classes.edit')}
          </Button>
          <ConfirmButton
            size="xs"
            variant="default"
            danger
            label={t('classes.archive')}
            name={t('classes.archiveName', { name: row.name })}
            question={t('classes.archiveAsk', { name: row.name })}
            confirm={t('classes.archive')}
            onConfirm={() => archive.mutate()}
          />
        </Group>
      )}
      <ClassExamples pid={pid} row={row} />
      {editing && <EditClass pid={pid} row={row} onClose={() => setEditing(false)} />}
    </li>
  )
}
