import { Kbd, Paper, SimpleGrid, Table, Text, Title } from '@mantine/core'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { PageTitle } from '@/components/PageTitle'

/** Keys of one line stand for each other. */
const LABEL = [
  [['1', '2', '3', '…'], 'classKeys'],
  [['Space'], 'accept'],
  [['/'], 'search'],
  [['a', '…', 'z'], 'letters'],
  [['U'], 'cannotTell'],
  [['N'], 'nothing'],
  [['B'], 'broken'],
  [['K'], 'skip'],
  [['G'], 'guide'],
  [['Ctrl+Z'], 'undo'],
  [['Ctrl+Shift+Z'], 'redo'],
  [['Esc'], 'newest'],
  [['?'], 'map'],
] as const
const REVIEW = [
  [['1', '2', '3', '…'], 'reviewClass'],
  [['Space'], 'reviewAccept'],
  [['N'], 'reviewNothing'],
  [['B'], 'reviewAside'],
  [['S'], 'reviewBack'],
  [['K', '←'], 'reviewPrevious'],
  [['J', '→'], 'reviewNext'],
] as const
const WALL = [
  [['←', '→', '↑', '↓'], 'move'],
  [['Space'], 'select'],
  [['Shift+→'], 'extend'],
  [['Ctrl+A'], 'all'],
  [['Enter'], 'open'],
  [['Esc'], 'clear'],
] as const
const EVERYWHERE = [
  [['Tab', 'Shift+Tab'], 'tab'],
  [['Enter', 'Space'], 'activate'],
  [['Esc'], 'escape'],
] as const

type Rows = typeof LABEL | typeof REVIEW | typeof WALL | typeof EVERYWHERE

export default function KeysPage() {
  const { t } = useTranslation('help')
  return (
    <>
      <PageTitle title={t('keys.title')} lead={t('keys.lead')} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <div>
          <Section title={t('keys.label')} rows={LABEL} />
          <Text size="sm" c="dimmed" mt="xs">
            {t('keys.shifted')}
          </Text>
        </div>
        <div>
          <Section title={t('keys.review')} rows={REVIEW} />
          <Section title={t('keys.wall')} rows={WALL} />
          <Section title={t('keys.everywhere')} rows={EVERYWHERE} />
        </div>
      </SimpleGrid>
    </>
  )
}

function Section({ title, rows }: { title: string; rows: Rows }) {
  const { t } = useTranslation('help')
  return (
    <Paper withBorder p="md" mb="lg">
      <Title order={2} fz="h4" mb="sm">
        {title}
      </Title>
      <Table aria-label={title} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="40%">{t('keys.key')}</Table.Th>
            <Table.Th>{t('keys.does')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td>
                {keys.map((key, at) => (
                  <Fragment key={key}>
                    {at > 0 && ' '}
                    {key === '…'
                      ? '…'
                      : key.split('+').map((part, n) => <Key key={part} part={part} first={n === 0} />)}
                  </Fragment>
                ))}
              </Table.Td>
              <Table.Td>{t(`keys.${does}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

function Key({ part, first }: { part: string; first: boolean }) {
  const { t } = useTranslation('label')
  return (
    <>
      {!first && ' + '}
      <Kbd>{part === 'Space' ? t('keys.space') : part}</Kbd>
    </>
  )
}
