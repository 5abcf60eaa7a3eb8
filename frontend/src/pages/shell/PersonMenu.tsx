import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core'
import { IconKeyboard, IconLogout, IconUser } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { User } from '@/api/types'
import { tellFailed } from '../tell'

export function PersonMenu({ user }: { user: User }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: () => ask(api.POST('/api/session/sign-out', {})),
    onSuccess: async () => {
      await navigate({ to: '/login', search: {} })
      client.clear()
    },
    onError: (problem) => tellFailed(errorText(problem)),
  })

  return (
    <Menu position="bottom-end" withArrow shadow="md" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={t('nav.person', { name: user.name })} style={{ borderRadius: '50%' }}>
          <Avatar name={user.name} color="indigo" variant="filled" size={32} alt="" />
        </UnstyledButton>
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
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          {t('nav.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
