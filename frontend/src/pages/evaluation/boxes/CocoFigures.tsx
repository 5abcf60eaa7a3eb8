import { SimpleGrid, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type BoxReport, COCO } from '@/api/boxScores'
import { useFormat } from '@/i18n/format'

/** The twelve figures of the COCO protocol, each in words. */
export function CocoFigures({ figures }: Pick<BoxReport, 'figures'>) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  return (
    <section aria-labelledby="figures-heading">
      <Title order={2} fz="h4" id="figures-heading">
        {t('figures')}
      </Title>
      <Text c="dimmed" mb="xs" maw="70ch">
        {t('figuresHelp')}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        {COCO.map((group, place) => (
          <Table key={group[0]} captionSide="top" verticalSpacing={4}>
            <Table.Caption ta="start">{t(place === 0 ? 'precisionGroup' : 'recallGroup')}</Table.Caption>
            <Table.Tbody>
              {group.map((name) => {
                const value = figures[name]
                return (
                  <Table.Tr key={name}>
                    <Table.Th scope="row" fw={400}>
                      {t(`figure.${name}`)}
                    </Table.Th>
                    <Table.Td ta="end" fw={600} style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
                      {value === null || value === undefined ? t('nothingOf') : format.percent(value, 1)}
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        ))}
      </SimpleGrid>
    </section>
  )
}
