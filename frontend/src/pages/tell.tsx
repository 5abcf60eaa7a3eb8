import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'

export function tellDone(text: string): void {
  notifications.show({ message: text, color: 'green' })
}

export function tellFailed(text: string): void {
  notifications.show({ message: text, color: 'red', autoClose: 12_000, role: 'alert' })
}

/** What was done, with the button that takes it back. */
export function tellUndoable({ text, undo, onUndo }: { text: string; undo: string; onUndo: () => void }): void {
  const id = notifications.show({
    autoClose: 15_000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{text}</Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            onUndo()
          }}
        >
          {undo}
        </Button>
      </Group>
    ),
  })
}
