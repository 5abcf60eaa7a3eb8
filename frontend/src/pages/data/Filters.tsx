import { Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilterOff } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Facets, LabelClass } from '@/api/types'
import { useFormat } from '@/i18n/format'
import classes from './data.module.css'
import { AGREEMENTS, type DataSearch, isFiltered, PROBLEMS, readDataSearch, SPLITS, STATES } from './search'

const TYPING_MS = 350

interface Props {
  search: DataSearch
  schema: LabelClass[]
  facets: Facets | null
  onChange: (search: DataSearch) => void
}

/** What the wall is narrowed to; each choice says how many pictures it has in the whole project. */
export function Filters({ search, schema, facets, onChange }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const [name, setName] = useState(search.name ?? '')
  const typed = useDebouncedCallback((value: string) => change('name', value), TYPING_MS)

  useEffect(() => setName(search.name ?? ''), [search.name])

  function change(field: keyof DataSearch, value: string) {
    onChange(readDataSearch({ ...search, [field]: value || undefined }))
  }

  const option = (value: string, label: string, counts: Record<string, number> | undefined) => {
    const number = counts?.[value]
    return { value, label: number === undefined ? label : `${label} (${format.number(number)})` }
  }
  const any = { value: '', label: t('wall.any') }
  const select = (field: 'class' | 'state' | 'split' | 'problem' | 'agreement', data: (typeof any)[]) => (
    <NativeSelect
      className={classes.filter}
      label={t(`wall.${field}`)}
      value={String(search[field] ?? '')}
      onChange={(event) => change(field, event.currentTarget.value)}
      data={[any, ...data]}
    />
  )

  return (
    <search aria-label={t('wall.filters')}>
      <Group align="flex-end" gap="sm" mb="md">
        {select(
          'class',
          schema.map((row) => option(String(row.concept_id), row.name, facets?.classes)),
        )}
        {select(
          'state',
          STATES.map((value) => option(value, t(`state.${value}`), facets?.states)),
        )}
        {select(
          'split',
          SPLITS.map((value) => option(value, t(`split.${value}`), facets?.splits)),
        )}
        {select(
          'agreement',
          AGREEMENTS.map((value) => option(value, t(`agreement.${value}`), facets?.agreement)),
        )}
        {select(
          'problem',
          PROBLEMS.map((value) => option(value, t(`problem.${value}`), facets?.problems)),
        )}
        <TextInput
          className={classes.filter}
          label={t('wall.name')}
          placeholder={t('wall.namePlaceholder')}
          maxLength={200}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value)
            typed(event.currentTarget.value)
          }}
        />
        {isFiltered(search) && (
          <Button variant="default" leftSection={<IconFilterOff size={16} aria-hidden />} onClick={() => onChange({})}>
            {t('wall.clearFilters')}
          </Button>
        )}
      </Group>
    </search>
  )
}
