import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { projectKey, useProject } from '@/api/project'
import { recheck, rechecksQuery, type Wish } from '@/api/rechecks'
import { ConfirmButton } from '@/components/ConfirmButton'
import { useFormat } from '@/i18n/format'
import { clientKey } from '@/store/clientKey'
import { tellDone, tellFailed } from '../tell'

interface Props {
  pid: number
  eid: number
  wish: Wish
}

/** Sends the pictures of a disagreement back to the crowd, with as many at random; for whoever may ask again. */
export function AskAgain({ pid, eid, wish }: Props) {
  const { t } = useTranslation('again')
  const format = useFormat()
  const client = useQueryClient()
  const project = useProject(pid)
  const most = useQuery(rechecksQuery(pid, eid)).data?.most
  const key = useRef<string>(undefined)
  const send = useMutation({
    // The same key until it is known to have arrived, so that a reply that got lost asks nothing twice.
    mutationFn: () => {
      key.current ??= clientKey()
      return recheck(pid, eid, { key: key.current, ...wish })
    },
    onSuccess: ({ asked }) => {
      key.current = undefined
      tellDone(t('sent', { asked: format.number(asked), each: format.number(asked / 2) }))
    },
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
  })
  if (!project.actions.includes('settle') || most === undefined) return null
  return (
    <ConfirmButton
      variant="default"
      size="sm"
      loading={send.isPending}
      label={t('ask')}
      question={t('question', { most: format.number(most) })}
      confirm={t('confirm')}
      onConfirm={() => send.mutate()}
    />
  )
}
