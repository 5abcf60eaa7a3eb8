import { Button, type ButtonProps, Group, Popover, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Props extends ButtonProps {
  label: ReactNode
  question: ReactNode
  /** The word on the button that really does it; the first button's word where left out. */
  confirm?: string
  danger?: boolean
  onConfirm: () => void
  /** What the button is about, for a reader who does not see what it stands beside. */
  name?: string
}

/** A button that asks once before it acts. The question stands beside it; Escape takes it back. */
export function ConfirmButton({ label, question, confirm, danger, onConfirm, name, ...button }: Props) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  // A spoken command names what is written on the button, so the name must contain it.
  const spoken = name && typeof label === 'string' && !name.includes(label) ? `${label}: ${name}` : name
  return (
    <Popover opened={asking} onChange={setAsking} trapFocus returnFocus withArrow position="bottom-end" shadow="md">
      <Popover.Target>
        <Button {...button} aria-label={spoken} onClick={() => setAsking((before) => !before)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={320} aria-label={typeof question === 'string' ? question : name}>
        <Stack gap="sm">
          <Text size="sm">{question}</Text>
          <Group gap="xs" justify="flex-end">
            <Button size="xs" variant="default" onClick={() => setAsking(false)}>
              {t('no')}
            </Button>
            <Button
              size="xs"
              color={danger ? 'red.9' : undefined}
              data-autofocus
              onClick={() => {
                setAsking(false)
                onConfirm()
              }}
            >
              {confirm ?? t('yes')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
