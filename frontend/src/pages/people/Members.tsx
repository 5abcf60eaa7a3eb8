import { NativeSelect, Paper, Table, Text, Title, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { membersQuery } from '@/api/people'
import { projectKey } from '@/api/project'
import { useUser } from '@/api/session'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { When } from '@/components/When'
import { tellFailed } from '../tell'
import { asRole, ROLES, type Role } from './roles'

/** Everybody in the project, with the role that can be changed in place. */
export function Members({ pid }: { pid: number }) {
  const { t } = useTranslation(['projects', 'common'])
  const client = useQueryClient()
  const me = useUser()
  const members = useQuery(membersQuery(pid))
  const outcome = {
    onSuccess: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
    onError: (problem: Error) => tellFailed(errorText(problem)),
  }
  const change = useMutation({
    mutationFn: ({ mid, role }: { mid: number; role: Role }) =>
      ask(api.PATCH('/api/projects/{pid}/members/{mid}', { params: { path: { pid, mid } }, body: { role } })),
    ...outcome,
  })
  const remove = useMutation({
    mutationFn: (mid: number) =>
      ask(api.DELETE('/api/projects/{pid}/members/{mid}', { params: { path: { pid, mid } } })),
    ...outcome,
  })

  return (
    <section>
      <Title order={2} fz="h4" mb="sm">
        {t('people.members')}
      </Title>
      {members.isError && <ErrorState text={errorText(members.error)} onRetry={() => members.refetch()} />}
      <Paper withBorder>
        <Table.ScrollContainer minWidth={520}>
          <Table verticalSpacing="sm" horizontalSpacing="md" aria-label={t('people.members')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('people.person')}</Table.Th>
                <Table.Th>{t('people.role')}</Table.Th>
                <Table.Th>{t('people.since')}</Table.Th>
                <Table.Th>
                  <VisuallyHidden>{t('people.actions')}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {members.data?.items.map((member) => (
                <Table.Tr key={member.id}>
                  <Table.Td>
                    <Text fw={600} component="span">
                      {member.name}
                    </Text>
                    {member.user_id === me.id && <Text c="dimmed" component="span">{` (${t('people.you')})`}</Text>}
                    <Text size="sm" c="dimmed">
                      {member.username}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <NativeSelect
                      aria-label={t('people.roleOf', { name: member.name })}
                      value={member.role}
                      disabled={change.isPending}
                      onChange={(event) => change.mutate({ mid: member.id, role: asRole(event.currentTarget.value) })}
                      data={ROLES.map((role) => ({ value: role, label: t(`common:role.${role}`) }))}
                    />
                  </Table.Td>
                  <Table.Td>
                    <When at={member.joined_at} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <ConfirmButton
                      size="xs"
                      variant="default"
                      danger
                      label={t('people.remove')}
                      name={t('people.removeName', { name: member.name })}
                      question={t('people.removeAsk', { name: member.name })}
                      confirm={t('people.remove')}
                      onConfirm={() => remove.mutate(member.id)}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </section>
  )
}
