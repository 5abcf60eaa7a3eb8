import { NativeSelect, Paper } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { LabelClass } from '@/api/types'
import { useAnswers } from '../data/useAnswers'
import { tellDone, tellFailed } from '../tell'

/** Makes the picture an example of a class in the guide. */
export function ExampleChoice({ pid, iid }: { pid: number; iid: number }) {
  const { t } = useTranslation('data')
  const client = useQueryClient()
  const { classes: schema } = useAnswers(pid)
  const use = useMutation({
    mutationFn: ({ id }: LabelClass) =>
      ask(
        api.POST('/api/projects/{pid}/classes/{cid}/examples/from-project', {
          params: { path: { pid, cid: id } },
          body: { image_id: iid },
        }),
      ),
    onSuccess: (_, { name }) => tellDone(t('item.madeExample', { name })),
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
  })
  const open = schema.filter(({ archived }) => !archived)
  if (open.length === 0) return null
  return (
    <Paper withBorder p="md">
      <NativeSelect
        label={t('item.useAsExample')}
        description={t('item.useAsExampleHelp')}
        disabled={use.isPending}
        value=""
        onChange={(event) => {
          const row = open.find(({ id }) => String(id) === event.currentTarget.value)
          if (row) use.mutate(row)
        }}
        data={[{ value: '', label: '…' }, ...open.map(({ id, name }) => ({ value: String(id), label: name }))]}
      />
    </Paper>
  )
}
