import { Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FoundClass, LabelClass } from '@/api/types'
import { useFormat } from '@/i18n/format'
import classes from './import.module.css'
import { decideRest, type Meaning, type Meanings, matching, undecided } from './mapping'

const ROW = 72
// Below this many nobody needs to search.
const FEW = 12

interface Props {
  found: readonly FoundClass[]
  own: readonly LabelClass[]
  meanings: Meanings
  onChange: (meanings: Meanings) => void
}

/** Every class of a delivery with what it means here; of thousands only the visible rows exist. */
export function ClassList({ found, own, meanings, onChange }: Props) {
  const { t } = useTranslation('data')
  const [text, setText] = useState('')
  const [onlyOpen, setOnlyOpen] = useState(false)
  const open = undecided(found, meanings)
  const shown = matching(onlyOpen ? open : found, text)
  return (
    <Stack gap="sm">
      {(found.length > FEW || onlyOpen) && (
        <Group align="flex-end">
          <TextInput
            label={t('import.found.find')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Switch
            mb={8}
            label={t('import.found.onlyOpen')}
            checked={onlyOpen}
            onChange={(event) => setOnlyOpen(event.currentTarget.checked)}
          />
        </Group>
      )}
      <Text size="sm" role="status" c={open.length > 0 ? 'var(--bad)' : 'dimmed'}>
        {open.length > 0 ? t('import.found.open', { count: open.length }) : t('import.found.allSaid')}
      </Text>
      {open.length > 1 && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => onChange(decideRest(found, meanings, 'new'))}>
            {t('import.found.restNew', { count: open.length })}
          </Button>
          <Button size="xs" variant="default" onClick={() => onChange(decideRest(found, meanings, 'out'))}>
            {t('import.found.restOut', { count: open.length })}
          </Button>
        </Group>
      )}
      <Rows
        shown={shown}
        own={own}
        meanings={meanings}
        onSay={(name, meaning) => onChange(new Map(meanings).set(name, meaning))}
      />
    </Stack>
  )
}

interface RowsProps {
  shown: readonly FoundClass[]
  own: readonly LabelClass[]
  meanings: Meanings
  onSay: (name: string, meaning: Meaning) => void
}

function Rows({ shown, own, meanings, onSay }: RowsProps) {
  const { t } = useTranslation('data')
  const box = useRef<HTMLDivElement>(null)
  const options = useMemo(
    () => own.filter(({ archived }) => !archived).map((one) => ({ value: `${one.concept_id}`, label: one.name })),
    [own],
  )
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 6,
  })
  if (shown.length === 0) return <Text c="dimmed">{t('import.found.noSuch')}</Text>
  return (
    <div ref={box} className={classes.classes}>
      <ul style={{ height: rows.getTotalSize() }} aria-label={t('import.found.classes')}>
        {rows.getVirtualItems().map((row) => {
          const one = shown[row.index]
          if (!one) return null
          return (
            <li
              key={one.name}
              className={classes.class}
              style={{ transform: `translateY(${row.start}px)` }}
              aria-posinset={row.index + 1}
              aria-setsize={shown.length}
            >
              <ClassRow one={one} options={options} meaning={meanings.get(one.name)} onSay={onSay} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

interface RowProps {
  one: FoundClass
  options: { value: string; label: string }[]
  meaning: Meaning | undefined
  onSay: (name: string, meaning: Meaning) => void
}

function ClassRow({ one, options, meaning, onSay }: RowProps) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const counts = [
    t('import.found.inPictures', { count: one.pictures, shown: format.number(one.pictures) }),
    one.boxes > 0 && t('import.found.inBoxes', { count: one.boxes, shown: format.number(one.boxes) }),
  ]
  return (
    <>
      <div className={classes.className}>
        <Text fw={600} truncate title={one.name}>
          {one.name}
        </Text>
        <Text size="xs" c="dimmed">
          {counts.filter(Boolean).join(' · ')}
        </Text>
      </div>
      <Select
        className={classes.meaning}
        aria-label={t('import.found.means', { name: one.name })}
        placeholder={t('import.found.choose')}
        data={[
          { group: t('import.found.here'), items: options },
          {
            group: t('import.found.otherwise'),
            items: [
              { value: 'new', label: t('import.found.make', { name: one.name }) },
              { value: 'out', label: t('import.found.leaveOut') },
            ],
          },
        ]}
        value={meaning === undefined ? null : `${meaning}`}
        onChange={(value) => value && onSay(one.name, value === 'new' || value === 'out' ? value : Number(value))}
        searchable
        limit={100}
        allowDeselect={false}
        error={meaning === undefined}
        nothingFoundMessage={t('import.found.noSuch')}
      />
    </>
  )
}
