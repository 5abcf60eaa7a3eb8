import { ActionIcon, Menu, Text } from '@mantine/core'
import { IconKeyboard, IconLogout, IconUser, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { User } from '@/api/types'
import { tellFailed } from '../tell'
import { sendIfAny, UnsentVotes } from './UnsentVotes'

export function PersonMenu({ user }: { user: User }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [unsent, setUnsent] = useState(0)
  const signOut = useMutation({
    mutationFn: () => ask(api.POST('/api/session/sign-out', {})),
    onSuccess: async () => {
      await navigate({ to: '/login', search: {} })
      client.clear()
    },
    onError: (problem) => tellFailed(errorText(problem)),
  })

  const leave = async () => {
    const waiting = await sendIfAny(user.id)
    if (waiting > 0) setUnsent(waiting)
    else signOut.mutate()
  }

  return (
    <>
      <Menu position="bottom-end" withArrow shadow="md" width={220}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            size={32}
            aria-label={t('nav.person', { name: user.name })}
          >
            <IconUserCircle size={24} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Text size="sm" px="sm" py={6} fw={600} truncate>
            {user.name}
          </Text>
          <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
            {t('nav.account')}
          </Menu.Item>
          <Menu.Item component={Link} to="/help/keys" leftSection={<IconKeyboard size={16} aria-hidden />}>
            {t('nav.keys')}
          </Menu.Item>
          {/* Without a password signing out wants a thought: a volunteer does it on the account's page. */}
          {!user.is_volunteer && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
                {t('nav.signOut')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {unsent > 0 && <UnsentVotes number={unsent} onStay={() => setUnsent(0)} onLeave={() => signOut.mutate()} />}
    </>
  )
}
