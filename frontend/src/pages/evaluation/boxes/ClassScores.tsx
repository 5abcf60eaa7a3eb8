import { Group, Table, Text, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoxClass } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'
import styles from './ClassScores.module.css'
import { COLUMNS, type Column, chosenNext, type Order, sorted } from './sorting'

const TEXTS = { name: 'class', map50: 'ap50', map: 'ap', count: 'count', pictures: 'pictures' } as const

/** Every class with its average precision beside the number of boxes it stands on. */
export function ClassScores({ classes }: { classes: BoxClass[] }) {
  const { t, i18n } = useTranslation('scores')
  const format = useFormat()
  const [order, setOrder] = useState<Order>({ by: 'count', descending: true })
  const most = Math.max(1, ...classes.map((row) => row.count))
  const share = (value: number | null) => (value === null ? '–' : format.percent(value, 1))
  return (
    <section>
      <Title order={2} fz="h4">
        {t('perClass')}
      </Title>
      <Text c="dimmed" mb="xs" maw="70ch">
        {t('perClassHelp')}
      </Text>
      <Table.ScrollContainer type="native" minWidth={640} tabIndex={0} role="region" aria-label={t('perClass')}>
        <Table striped verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {COLUMNS.map((column) => (
                <Heading key={column} column={column} order={order} onChoose={setOrder} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted(classes, order, i18n.language).map((row) => (
              <Table.Tr key={row.id}>
                <Table.Th scope="row" fw={600}>
                  {row.name}
                </Table.Th>
                <Table.Td>
                  <Bar text={share(row.map50)} part={row.map50 ?? 0} />
                </Table.Td>
                <Table.Td>{share(row.map)}</Table.Td>
                <Table.Td>
                  <Bar text={format.number(row.count)} part={row.count / most} of="count" />
                </Table.Td>
                <Table.Td>{format.number(row.pictures)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}

function Heading({ column, order, onChoose }: { column: Column; order: Order; onChoose: (order: Order) => void }) {
  const { t } = useTranslation('scores')
  const chosen = order.by === column
  return (
    <Table.Th aria-sort={chosen ? (order.descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton fw="inherit" fz="inherit" mih={32} onClick={() => onChoose(chosenNext(order, column))}>
        <Group gap={4} wrap="nowrap">
          {t(TEXTS[column])}
          <span aria-hidden="true">{chosen ? (order.descending ? '↓' : '↑') : '↕'}</span>
        </Group>
      </UnstyledButton>
    </Table.Th>
  )
}

function Bar({ text, part, of = 'share' }: { text: string; part: number; of?: 'share' | 'count' }) {
  return (
    <div className={styles.bar} data-of={of}>
      {text}
      <span aria-hidden="true" style={{ width: `${100 * part}%` }} />
    </div>
  )
}
