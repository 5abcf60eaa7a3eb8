import { Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  icon: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
}

/** In place of a list with nothing in it: what belongs here and how to begin. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <Paper withBorder p="xl" radius="lg" ta="center">
      <Stack align="center" gap="sm">
        <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={2} fz="h4">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" maw="55ch">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  )
}
