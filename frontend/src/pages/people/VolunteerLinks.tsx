import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { Page, VolunteerLink } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { tellDone, tellFailed } from '../tell'
import { LinkForm } from './LinkForm'
import { Volunteers } from './Volunteers'

const DEFAULTS = { note: '', days: 30, most: 100 }
const LONGER_DAYS = 30
const MOST = 5000

const linksKey = (pid: number) => [...projectKey(pid), 'volunteer-links']

/** Links by which strangers label at once: making one, and what came of each. */
export function VolunteerLinks({ pid }: { pid: number }) {
  const { t } = useTranslation('volunteers')
  return (
    <section>
      <Title order={2} fz="h4" mb={4}>
        {t('links.title')}
      </Title>
      <Text c="dimmed" mb="sm">
        {t('links.lead')}
      </Text>
      <Stack>
        <MakeLink pid={pid} />
        <Links pid={pid} />
      </Stack>
    </section>
  )
}

function MakeLink({ pid }: { pid: number }) {
  const { t } = useTranslation('volunteers')
  return (
    <LinkForm
      defaults={DEFAULTS}
      number={{ name: 'most', label: t('links.most'), max: MOST }}
      words={{
        days: t('links.days'),
        note: t('links.note'),
        make: t('links.make'),
        made: t('links.made'),
        link: t('links.link'),
      }}
      make={(body) => ask(api.POST('/api/projects/{pid}/volunteer-links', { params: { path: { pid } }, body }))}
      list={linksKey(pid)}
    />
  )
}

function Links({ pid }: { pid: number }) {
  const { t } = useTranslation('volunteers')
  const links = useQuery({
    queryKey: linksKey(pid),
    queryFn: (): Promise<Page<VolunteerLink>> =>
      ask(api.GET('/api/projects/{pid}/volunteer-links', { params: { path: { pid }, query: { limit: 200 } } })),
  })
  if (links.isError) return <ErrorState text={errorText(links.error)} onRetry={() => links.refetch()} />
  if (links.data?.items.length === 0) return <Text c="dimmed">{t('links.none')}</Text>
  return (
    <Stack gap="xs">
      {links.data?.items.map((link) => (
        <OneLink key={link.id} pid={pid} link={link} />
      ))}
    </Stack>
  )
}

/** How a link stands: open, past its time, or withdrawn. */
function standing(link: VolunteerLink): 'open' | 'ended' | 'withdrawn' {
  if (link.revoked_at) return 'withdrawn'
  return new Date(link.expires_at).getTime() > Date.now() ? 'open' : 'ended'
}

function OneLink({ pid, link }: { pid: number; link: VolunteerLink }) {
  const { t } = useTranslation('volunteers')
  const format = useFormat()
  const client = useQueryClient()
  const [shown, setShown] = useState(false)
  const params = { path: { pid, lid: link.id } }
  const state = standing(link)
  const note = link.note || t('links.without')
  const outcome = {
    onSuccess: () => client.invalidateQueries({ queryKey: linksKey(pid) }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const longer = useMutation({
    ...outcome,
    mutationFn: (): Promise<VolunteerLink> =>
      ask(api.PATCH('/api/projects/{pid}/volunteer-links/{lid}', { params, body: { days: LONGER_DAYS } })),
    onSuccess: (changed) => {
      tellDone(t('links.changed', { date: format.date(changed.expires_at) }))
      return outcome.onSuccess()
    },
  })
  const revoke = useMutation({
    ...outcome,
    mutationFn: () => ask(api.DELETE('/api/projects/{pid}/volunteer-links/{lid}', { params })),
  })
  const facts = [
    t('links.people', { people: format.number(link.people), most: format.number(link.most) }),
    t('links.votes', { count: link.votes }),
    state === 'open'
      ? t('links.until', { date: format.date(link.expires_at) })
      : t('links.since', { date: format.date(link.revoked_at ?? link.expires_at) }),
    link.made_by && t('links.byWhom', { name: link.made_by.name }),
    link.note,
  ]
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 16rem', minWidth: 0, overflowWrap: 'anywhere' }}>
          <Text fw={600}>{t(`links.${state}`)}</Text>
          <Text size="sm" c="dimmed">
            {facts.filter(Boolean).join(' · ')}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            aria-expanded={shown}
            aria-label={t('links.whoName', { note })}
            onClick={() => setShown((before) => !before)}
          >
            {t('links.who')}
          </Button>
          {state !== 'withdrawn' && (
            <>
              <Button
                size="xs"
                variant="default"
                aria-label={`${t('links.longer')}: ${t('links.longerName', { note })}`}
                loading={longer.isPending}
                onClick={() => longer.mutate()}
              >
                {t('links.longer')}
              </Button>
              <ConfirmButton
                size="xs"
                variant="default"
                danger
                label={t('links.revoke')}
                name={t('links.revokeName', { note })}
                question={t('links.revokeAsk')}
                confirm={t('links.revoke')}
                onConfirm={() => revoke.mutate()}
              />
            </>
          )}
        </Group>
      </Group>
      {shown && <Volunteers pid={pid} link={link.id} />}
    </Paper>
  )
}
