import { Button, Card, Checkbox, Code, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Format } from '@/api/training'

type Value = string | boolean
type Option = Format['options'][number]

interface Props {
  format: Format
  busy: boolean
  onExport: (options: Record<string, Value>) => void
}

/** One format: a look into its files, what may be chosen, and the button. */
export function FormatCard({ format, busy, onExport }: Props) {
  const { t, i18n } = useTranslation('versions')
  const [chosen, setChosen] = useState<Record<string, Value>>({})
  const title = i18n.exists(`versions:format.${format.name}`)
    ? t(`format.${format.name}` as 'format.native')
    : format.title
  return (
    <Card withBorder padding="sm">
      <Stack gap="xs" h="100%" justify="space-between">
        <Title order={3} fz="md">
          {title}
        </Title>
        <Code
          block
          fz="xs"
          tabIndex={0}
          aria-label={t('sample')}
          role="region"
          style={{ overflowX: 'auto', whiteSpace: 'pre' }}
        >
          {format.sample.join('\n')}
        </Code>
        {format.accepts &&
          format.options.map((option) => (
            <Choice
              key={option.name}
              option={option}
              value={chosen[option.name] ?? (option.default as Value)}
              onChange={(value) => setChosen({ ...chosen, [option.name]: value })}
            />
          ))}
        {!format.accepts && (
          <Text size="sm" c="dimmed">
            {t('notThisKind')}
          </Text>
        )}
        <Button variant="default" disabled={!format.accepts} loading={busy} onClick={() => onExport(chosen)}>
          {t('exportAs', { format: title })}
        </Button>
      </Stack>
    </Card>
  )
}

function Choice({ option, value, onChange }: { option: Option; value: Value; onChange: (value: Value) => void }) {
  const { t, i18n } = useTranslation('versions')
  const known = i18n.exists(`versions:option.${option.name}`)
  const label = known ? t(`option.${option.name}` as 'option.votes') : option.help
  if (typeof value === 'boolean') {
    return <Checkbox label={label} checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
  }
  const data = option.choices.map((choice) => ({
    value: String(choice),
    label: i18n.exists(`versions:optionValue.${choice}`)
      ? t(`optionValue.${choice}` as 'optionValue.all')
      : `${choice}`,
  }))
  return (
    <NativeSelect label={label} data={data} value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  )
}
