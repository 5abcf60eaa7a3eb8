import { Badge, Button, Group, Modal, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { useUser } from '@/api/session'
import type { Account, Page } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { CopyField } from '@/components/CopyField'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'
import { TokenList } from '../account/TokenList'
import { tellFailed } from '../tell'
import { NewAccount } from './NewAccount'

interface ShownLink {
  name: string
  url: string
  expires_at: string
}

export default function AccountsPage() {
  const { t } = useTranslation(['account', 'common', 'tokens'])
  const format = useFormat()
  const client = useQueryClient()
  const me = useUser()
  const [making, form] = useDisclosure(false)
  const [link, setLink] = useState<ShownLink | null>(null)
  const [owner, setOwner] = useState<Account | null>(null)
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: (): Promise<Page<Account>> => ask(api.GET('/api/accounts', { params: { query: { limit: 200 } } })),
  })
  const makeLink = useMutation({
    mutationFn: ({ id }: Account): Promise<{ url: string; expires_at: string }> =>
      ask(api.POST('/api/accounts/{id}/reset-link', { params: { path: { id } } })),
    onSuccess: (made, account) => setLink({ ...made, name: account.name }),
    onError: (problem) => tellFailed(errorText(problem)),
  })
  const setActive = useMutation({
    mutationFn: ({ id, is_active }: Account) =>
      ask(api.PATCH('/api/accounts/{id}', { params: { path: { id } }, body: { is_active: !is_active } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['accounts'] }),
    onError: (problem) => tellFailed(errorText(problem)),
  })

  return (
    <>
      <PageTitle title={t('accounts.title')} lead={t('accounts.lead')}>
        <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={form.open}>
          {t('accounts.new')}
        </Button>
      </PageTitle>
      {accounts.isError && <ErrorState text={errorText(accounts.error)} onRetry={() => accounts.refetch()} />}
      <Paper withBorder>
        <Table.ScrollContainer minWidth={560}>
          <Table verticalSpacing="sm" horizontalSpacing="md" aria-label={t('accounts.table')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('accounts.person')}</Table.Th>
                <Table.Th>{t('accounts.state')}</Table.Th>
                <Table.Th>{t('accounts.lastSeen')}</Table.Th>
                <Table.Th>
                  <VisuallyHidden>{t('accounts.actions')}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {accounts.data?.items.map((account) => (
                <Table.Tr key={account.id}>
                  <Table.Td>
                    <Text fw={600}>{account.name}</Text>
                    <Text size="sm" c="dimmed">
                      {account.username}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      <Badge
                        variant="outline"
                        color={account.is_active ? 'green' : 'gray'}
                        c="var(--mantine-color-text)"
                      >
                        {account.is_active ? t('accounts.active') : t('accounts.inactive')}
                      </Badge>
                      {account.is_server_admin && (
                        <Badge variant="outline" c="var(--mantine-color-text)">
                          {t('accounts.serverAdmin')}
                        </Badge>
                      )}
                    </Group>
                  </Table.Td>
                  <Table.Td>{account.last_login ? <When at={account.last_login} /> : t('accounts.never')}</Table.Td>
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={t('accounts.resetLinkFor', { name: account.name })}
                        onClick={() => makeLink.mutate(account)}
                      >
                        {t('accounts.resetLink')}
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={t('tokens:of', { name: account.name })}
                        onClick={() => setOwner(account)}
                      >
                        {t('tokens:open')}
                      </Button>
                      {account.id !== me.id &&
                        (account.is_active ? (
                          <ConfirmButton
                            size="xs"
                            variant="default"
                            danger
                            label={t('accounts.switchOff')}
                            name={t('accounts.switchOffFor', { name: account.name })}
                            question={t('accounts.switchOffAsk', { name: account.name })}
                            confirm={t('accounts.switchOff')}
                            onConfirm={() => setActive.mutate(account)}
                          />
                        ) : (
                          <Button
                            size="xs"
                            variant="default"
                            aria-label={t('accounts.switchOnFor', { name: account.name })}
                            onClick={() => setActive.mutate(account)}
                          >
                            {t('accounts.switchOn')}
                          </Button>
                        ))}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <NewAccount
        opened={making}
        onClose={form.close}
        onMade={(account, withPassword) => {
          form.close()
          if (!withPassword) makeLink.mutate(account)
        }}
      />
      <Modal
        opened={link !== null}
        onClose={() => setLink(null)}
        title={t('accounts.resetReady', { name: link?.name ?? '' })}
        size="lg"
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        {link && (
          <Stack>
            <Text size="sm">{t('accounts.resetOnce', { until: format.date(link.expires_at) })}</Text>
            <CopyField label={t('accounts.resetLink')} value={link.url} />
          </Stack>
        )}
      </Modal>
      <Modal
        opened={owner !== null}
        onClose={() => setOwner(null)}
        title={t('tokens:of', { name: owner?.name ?? '' })}
        size="lg"
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        {owner && <TokenList account={owner.id} none={t('tokens:noneOf', { name: owner.name })} />}
      </Modal>
    </>
  )
}
