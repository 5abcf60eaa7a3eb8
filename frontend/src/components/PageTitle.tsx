import { Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

interface Props {
  title: string
  lead?: ReactNode
  children?: ReactNode
}

/** The page's only first-level heading, also the tab's title; actions of the page stand at its right. */
export function PageTitle({ title, lead, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Fovea`
  }, [title])
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <div style={{ minWidth: 0, flex: '1 1 16rem' }}>
        <Title order={1} fz="h2" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {lead && (
          <Text c="dimmed" mt={4} maw="70ch">
            {lead}
          </Text>
        )}
      </div>
      {children && <Group gap="sm">{children}</Group>}
    </Group>
  )
}
