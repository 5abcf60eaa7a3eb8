import { NativeSelect, NumberInput, SimpleGrid, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { catalogueQuery, type Option, type Preset } from '@/api/training'
import { optionHelp } from './inWords'

export type Changes = Record<string, string | number | boolean>

interface Props {
  pid: number
  preset: Preset
  changes: Changes
  onChange: (changes: Changes) => void
}

/** Every option of the engine as a field; only what differs from the preset is sent. */
export function Options({ pid, preset, changes, onChange }: Props) {
  const catalogue = useQuery(catalogueQuery(pid))
  function set(option: Option, value: string | number | boolean) {
    const { [option.name]: _, ...others } = changes
    const usual = preset[option.name] ?? option.default
    onChange(value === usual || value === '' ? others : { ...others, [option.name]: value })
  }
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
      {(catalogue.data?.options ?? []).map((option) => {
        const value = changes[option.name] ?? preset[option.name] ?? option.default
        const field = { label: option.name, description: optionHelp(option.name, option.help) }
        if (option.choices?.length) {
          return (
            <NativeSelect
              key={option.name}
              {...field}
              data={option.choices.map(String)}
              value={String(value ?? '')}
              onChange={(event) => set(option, event.currentTarget.value)}
            />
          )
        }
        if (option.type === 'bool' || option.type === 'boolean') {
          return (
            <Switch
              key={option.name}
              {...field}
              checked={value === true}
              onChange={(event) => set(option, event.currentTarget.checked)}
            />
          )
        }
        if (option.type === 'int' || option.type === 'float') {
          return (
            <NumberInput
              key={option.name}
              {...field}
              value={typeof value === 'number' ? value : ''}
              min={option.min ?? undefined}
              max={option.max ?? undefined}
              allowDecimal={option.type === 'float'}
              hideControls
              onChange={(next) => set(option, next)}
            />
          )
        }
        return (
          <TextInput
            key={option.name}
            {...field}
            value={String(value ?? '')}
            onChange={(event) => set(option, event.currentTarget.value)}
          />
        )
      })}
    </SimpleGrid>
  )
}
