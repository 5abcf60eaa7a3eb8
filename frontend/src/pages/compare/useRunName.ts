import { useTranslation } from 'react-i18next'
import type { Run } from '@/api/training'

/** What a run is called on the pages. */
export function useRunName(): (run: Pick<Run, 'id' | 'name'>) => string {
  const { t } = useTranslation('training')
  return (run) => run.name || t('run.unnamed', { id: run.id })
}
