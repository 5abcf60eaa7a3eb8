import { Group, Paper, Radio, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { Invitation, Page } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { tellFailed } from '../tell'
import { LinkForm } from './LinkForm'
import { asRole, ROLES, type Role } from './roles'

const DEFAULTS = { role: 'annotator' as Role, note: '', days: 14, uses: 1 }

const invitationsKey = (pid: number) => [...projectKey(pid), 'invitations']

/** Making a link that brings people in, and the links that are still open. */
export function Invitations({ pid }: { pid: number }) {
  const { t } = useTranslation('projects')
  return (
    <>
      <section>
        <Title order={2} fz="h4" mb={4}>
          {t('people.invite')}
        </Title>
        <Text c="dimmed" mb="sm">
          {t('people.inviteLead')}
        </Text>
        <MakeInvitation pid={pid} />
      </section>
      <section>
        <Title order={2} fz="h4" mb="sm">
          {t('people.open')}
        </Title>
        <OpenInvitations pid={pid} />
      </section>
    </>
  )
}

function MakeInvitation({ pid }: { pid: number }) {
  const { t } = useTranslation(['projects', 'common'])
  return (
    <LinkForm
      defaults={DEFAULTS}
      number={{ name: 'uses', label: t('people.uses'), max: 1000 }}
      words={{
        days: t('people.days'),
        note: t('people.note'),
        make: t('people.make'),
        made: t('people.made'),
        link: t('people.link'),
      }}
      make={(body) => ask(api.POST('/api/projects/{pid}/invitations', { params: { path: { pid } }, body }))}
      list={invitationsKey(pid)}
    >
      {(form) => (
        <Radio.Group
          label={t('people.role')}
          value={form.values.role}
          onChange={(value) => form.setFieldValue('role', asRole(value))}
        >
          <Stack gap="sm" mt="xs">
            {ROLES.map((role) => (
              <Radio key={role} value={role} label={t(`common:role.${role}`)} description={t(`people.roles.${role}`)} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </LinkForm>
  )
}

function OpenInvitations({ pid }: { pid: number }) {
  const { t } = useTranslation(['projects', 'common'])
  const format = useFormat()
  const client = useQueryClient()
  const open = useQuery({
    queryKey: invitationsKey(pid),
    queryFn: (): Promise<Page<Invitation>> =>
      ask(api.GET('/api/projects/{pid}/invitations', { params: { path: { pid }, query: { limit: 200 } } })),
  })
  const revoke = useMutation({
    mutationFn: (iid: number) =>
      ask(api.DELETE('/api/projects/{pid}/invitations/{iid}', { params: { path: { pid, iid } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: invitationsKey(pid) }),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  if (open.isError) return <ErrorState text={errorText(open.error)} onRetry={() => open.refetch()} />
  if (open.data?.items.length === 0) return <Text c="dimmed">{t('people.openNone')}</Text>
  return (
    <Stack gap="xs">
      {open.data?.items.map((invitation) => {
        const role = t(`common:role.${invitation.role}`)
        return (
          <Paper key={invitation.id} withBorder p="sm">
            <Group justify="space-between" gap="sm">
              <div>
                <Text fw={600}>{role}</Text>
                <Text size="sm" c="dimmed">
                  {[
                    t('people.usesLeft', { count: invitation.uses_left }),
                    t('people.until', { date: format.date(invitation.expires_at) }),
                    invitation.note,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </div>
              <ConfirmButton
                size="xs"
                variant="default"
                danger
                label={t('people.revoke')}
                name={t('people.revokeName', { role })}
                question={t('people.revokeAsk')}
                confirm={t('people.revoke')}
                onConfirm={() => revoke.mutate(invitation.id)}
              />
            </Group>
          </Paper>
        )
      })}
    </Stack>
  )
}
