import { Button, Group, Text, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  label: string
  value: string
}

/** A text to be carried elsewhere. Where the page may not write the clipboard (plain http), it selects the text. */
export function CopyField({ label, value }: Props) {
  const { t } = useTranslation()
  const field = useRef<HTMLInputElement>(null)
  const [outcome, setOutcome] = useState<'copied' | 'byHand' | null>(null)

  async function copy() {
    try {
      await navigator.clipboard.writeText(value)
      setOutcome('copied')
    } catch {
      field.current?.focus()
      field.current?.select()
      setOutcome('byHand')
    }
  }

  return (
    <div>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          ref={field}
          label={label}
          value={value}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
          style={{ flex: 1, minWidth: 0 }}
        />
        <Button onClick={copy}>{outcome === 'copied' ? t('copied') : t('copy')}</Button>
      </Group>
      <Text size="sm" c="dimmed" mt={4} role="status">
        {outcome === 'byHand' ? t('copyByHand') : ''}
      </Text>
    </div>
  )
}
