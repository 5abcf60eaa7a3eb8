import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { useUser } from '@/api/session'
import { ConfirmButton } from '@/components/ConfirmButton'
import { CopyField } from '@/components/CopyField'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { sendIfAny, UnsentVotes } from '../shell/UnsentVotes'
import { tellFailed } from '../tell'
import { AppearanceFields } from './AppearanceFields'

/** The place of somebody without a password: how to come back, how to go, how to be forgotten. */
export function VolunteerAccount({ name, form }: { name: string; form: ReactNode }) {
  const { t } = useTranslation(['volunteers', 'account'])
  return (
    <Stack maw={560} gap="lg">
      <PageTitle title={t('account.title')} lead={t('account.lead', { name })} />
      <Section title={t('account.back')} lead={t('account.backHelp')}>
        <PrivateLink />
      </Section>
      <Section title={t('account:account.you')}>
        {form}
        <AppearanceFields />
      </Section>
      <Section title={t('account.out')} lead={t('account.outHelp', { name })}>
        <Leave />
      </Section>
      <Section title={t('account.forget')} lead={t('account.forgetHelp')}>
        <Forget />
      </Section>
    </Stack>
  )
}

function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <Paper withBorder p="lg">
      <Title order={2} fz="h4" mb={lead ? 4 : 'md'}>
        {title}
      </Title>
      {lead && (
        <Text c="dimmed" mb="md">
          {lead}
        </Text>
      )}
      <Stack>{children}</Stack>
    </Paper>
  )
}

function PrivateLink() {
  const { t } = useTranslation('volunteers')
  const [url, setUrl] = useState('')
  const make = useMutation({
    mutationFn: () => ask(api.POST('/api/session/come-back', {})),
    onSuccess: (made) => setUrl(made.url),
  })
  return (
    <>
      {make.isError && <ErrorState text={errorText(make.error)} />}
      <Group>
        <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {t('account.backMake')}
        </Button>
      </Group>
      {url && (
        <Alert color="green" variant="light" role="status">
          <Text mb="xs">{t('account.backMade')}</Text>
          <CopyField key={url} label={t('account.backLink')} value={url} />
        </Alert>
      )}
    </>
  )
}

/** What waits on this device is sent first: nobody else's session may send it. */
function useGone() {
  const client = useQueryClient()
  const navigate = useNavigate()
  return {
    onSuccess: async () => {
      await navigate({ to: '/login', search: {} })
      client.clear()
    },
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
}

function Leave() {
  const { t } = useTranslation('volunteers')
  const user = useUser()
  const [unsent, setUnsent] = useState(0)
  const signOut = useMutation({ mutationFn: () => ask(api.POST('/api/session/sign-out', {})), ...useGone() })
  const leave = async () => {
    const waiting = await sendIfAny(user.id)
    if (waiting > 0) setUnsent(waiting)
    else signOut.mutate()
  }
  return (
    <Group>
      <ConfirmButton
        variant="default"
        label={t('account.outDo')}
        question={t('account.outAsk')}
        confirm={t('account.outDo')}
        onConfirm={() => void leave()}
      />
      {unsent > 0 && <UnsentVotes number={unsent} onStay={() => setUnsent(0)} onLeave={() => signOut.mutate()} />}
    </Group>
  )
}

function Forget() {
  const { t } = useTranslation('volunteers')
  const user = useUser()
  const forget = useMutation({
    mutationFn: async () => {
      await sendIfAny(user.id)
      return ask(api.POST('/api/session/forget', {}))
    },
    ...useGone(),
  })
  return (
    <Group>
      <ConfirmButton
        variant="default"
        danger
        label={t('account.forgetDo')}
        question={t('account.forgetAsk')}
        confirm={t('account.forgetDo')}
        onConfirm={() => forget.mutate()}
      />
    </Group>
  )
}
