import { useTranslation } from 'react-i18next'
import type { ModelToTry } from '@/api/tryouts'
import { useFormat } from '@/i18n/format'

/** A model in words: its run or file, its network, and how good it is known to be. */
export function useModelName(): (model: ModelToTry) => string {
  const { t } = useTranslation('tryout')
  const format = useFormat()
  return ({ run, name, architecture, figure }) => {
    const called = run === null ? t('weightsFile', { name }) : name || t('unnamed', { run })
    const good = figure === null ? '' : ` · ${t('figure', { figure: format.percent(figure, 1) })}`
    return `${called} · ${architecture}${good}`
  }
}
