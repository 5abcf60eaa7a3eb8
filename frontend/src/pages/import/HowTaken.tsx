import { Checkbox, Radio, Stack, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Analysis, CommitHow } from '@/api/types'

export const LABELS_AS = ['votes', 'gold', 'proposals', 'none'] as const
export type LabelsAs = (typeof LABELS_AS)[number]
export type How = Required<Omit<CommitHow, 'mapping'>>

interface Props {
  analysis: Analysis
  how: How
  onChange: (change: Partial<How>) => void
}

/** What the labels of a delivery are to count as, in whose name, and what silence means. */
export function HowTaken({ analysis, how, onChange }: Props) {
  const { t } = useTranslation('data')
  const labeled = how.labels_as !== 'none'
  return (
    <Stack>
      <Radio.Group
        label={t('import.found.as')}
        value={how.labels_as}
        onChange={(value) => onChange({ labels_as: LABELS_AS.find((each) => each === value) ?? 'none' })}
      >
        <Stack gap="sm" mt="xs">
          {LABELS_AS.map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`import.found.as_.${value}`)}
              description={t(`import.found.asHelp.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {labeled && (
        <TextInput
          label={t('import.source')}
          description={t('import.sourceHelp')}
          required
          maxLength={100}
          value={how.source_name}
          onChange={(event) => onChange({ source_name: event.currentTarget.value })}
        />
      )}
      {labeled && analysis.says === 'boxes' && analysis.unsaid > 0 && (
        <Radio.Group
          label={t('import.found.unsaid', { count: analysis.unsaid })}
          value={how.unsaid_is_empty ? 'empty' : 'unlabeled'}
          onChange={(value) => onChange({ unsaid_is_empty: value === 'empty' })}
        >
          <Stack gap="sm" mt="xs">
            <Radio
              value="unlabeled"
              label={t('import.found.unsaidOpen')}
              description={t('import.found.unsaidOpenHelp')}
            />
            <Radio
              value="empty"
              label={t('import.found.unsaidEmpty')}
              description={t('import.found.unsaidEmptyHelp')}
            />
          </Stack>
        </Radio.Group>
      )}
      {analysis.splits.train + analysis.splits.holdout > 0 && (
        <Checkbox
          label={t('import.found.splits')}
          description={t('import.found.splitsHelp', { count: analysis.splits.holdout })}
          checked={how.take_splits}
          onChange={(event) => onChange({ take_splits: event.currentTarget.checked })}
        />
      )}
    </Stack>
  )
}
