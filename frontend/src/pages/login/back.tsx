import { Button, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { sessionQuery } from '@/api/session'
import { ErrorState } from '@/components/ErrorState'
import { Outside } from './Outside'

/** A volunteer's private way back. The token stands after the sign #: no server and no foreign page is told of it. */
export default function BackPage() {
  const { t } = useTranslation('volunteers')
  const token = useRouterState({ select: (state) => state.location.hash })
  const client = useQueryClient()
  const navigate = useNavigate()
  const back = useMutation({
    mutationFn: () => ask(api.POST('/api/come-back', { body: { token } })),
    onSuccess: async (session) => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, session)
      await navigate({ to: '/' })
    },
  })
  if (!token)
    return (
      <Outside title={t('back.bad')} lead={t('back.missing')}>
        {null}
      </Outside>
    )
  return (
    <Outside title={t('back.title')} lead={t('back.lead')}>
      <Stack>
        {back.isError && <ErrorState text={errorText(back.error)} />}
        <Button size="lg" loading={back.isPending} onClick={() => back.mutate()}>
          {t('back.go')}
        </Button>
      </Stack>
    </Outside>
  )
}
