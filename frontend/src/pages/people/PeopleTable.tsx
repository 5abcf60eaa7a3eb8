import { Badge, Group, Table, Text, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Person } from '@/api/types'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'
import { COLUMNS, type Column, chosenNext, type Order, sorted } from './sorting'

interface Props {
  people: readonly Person[]
  chosen: number | null
  onChoose: (person: number) => void
}

/** Everybody with their figures, to be sorted and opened. */
export function PeopleTable({ people, chosen, onChoose }: Props) {
  const { t, i18n } = useTranslation('people')
  const format = useFormat()
  const [order, setOrder] = useState<Order>({ by: 'votes', descending: true })
  return (
    <section>
      <Title order={2} fz="h4" mb="xs">
        {t('table.title')}
      </Title>
      <Table.ScrollContainer type="native" minWidth={820} tabIndex={0} role="region" aria-label={t('table.title')}>
        <Table striped verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {COLUMNS.map((column) => (
                <Heading key={column} column={column} order={order} onChoose={setOrder} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sorted(people, order, i18n.language).map((person) => (
              <Table.Tr key={person.user_id} data-person={person.user_id}>
                <Table.Th scope="row" fw={600}>
                  <UnstyledButton
                    fw="inherit"
                    fz="inherit"
                    mih={32}
                    td="underline"
                    aria-pressed={person.user_id === chosen}
                    aria-label={t('table.open', { name: person.name })}
                    onClick={() => onChoose(person.user_id)}
                  >
                    {person.name}
                  </UnstyledButton>
                  {person.role === null && (
                    <Text size="xs" c="dimmed">
                      {t('table.left')}
                    </Text>
                  )}
                </Table.Th>
                <Table.Td>{format.number(person.votes)}</Table.Td>
                <Table.Td>{person.median_ms === null ? '–' : format.number(person.median_ms / 1000, 1)}</Table.Td>
                <Table.Td>
                  <ShareText share={person.agreement} />
                </Table.Td>
                <Table.Td>
                  <ShareText share={person.gold} />
                </Table.Td>
                <Table.Td>
                  <When at={person.last_active} />
                </Table.Td>
                <Table.Td>
                  <Badge
                    variant="outline"
                    color={person.pause ? 'red' : 'gray'}
                    c="var(--mantine-color-text)"
                    tt="none"
                  >
                    {t(person.pause ? 'table.paused' : 'table.working')}
                  </Badge>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  )
}

/** A share with what it was counted over and how far the true one may lie from it. */
export function ShareText({ share }: { share: Person['agreement'] }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  if (share.value === null) return <Text c="dimmed">{t('table.nothing')}</Text>
  return (
    <>
      {format.percent(share.value)}{' '}
      <Text span c="dimmed" size="sm">
        {t('table.of', { hits: format.number(share.hits), count: share.count })}
      </Text>
      <Text c="dimmed" size="xs">
        {t('table.interval', { low: format.percent(share.low), high: format.percent(share.high) })}
      </Text>
    </>
  )
}

function Heading({ column, order, onChoose }: { column: Column; order: Order; onChoose: (order: Order) => void }) {
  const { t } = useTranslation('people')
  const chosen = order.by === column
  return (
    <Table.Th aria-sort={chosen ? (order.descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton fw="inherit" fz="inherit" mih={32} onClick={() => onChoose(chosenNext(order, column))}>
        <Group gap={4} wrap="nowrap">
          {t(`table.${column}`)}
          <span aria-hidden="true">{chosen ? (order.descending ? '↓' : '↑') : '↕'}</span>
        </Group>
      </UnstyledButton>
    </Table.Th>
  )
}
