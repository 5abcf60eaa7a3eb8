import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { numbersQuery } from '@/api/numbers'
import { useFormat } from '@/i18n/format'
import styles from './label.module.css'

/** After every fifty answers one quiet line: thanks, one's pace and agreement, and nobody else's. */
export default function Thanks({ project, count }: { project: number; count: number }) {
  const { t } = useTranslation('volunteers')
  const format = useFormat()
  const numbers = useQuery({ ...numbersQuery(project, count), staleTime: Number.POSITIVE_INFINITY }).data
  const { pace = null, pace_now = null, agreement = null } = numbers ?? {}
  const said = [
    t('thanks.line', { count }),
    pace !== null &&
      pace_now !== null &&
      t('thanks.pace', { now: format.number(pace_now), usual: format.number(pace) }),
    agreement && t('thanks.agreement', { share: format.percent(agreement.share) }),
  ]
  return (
    <p className={styles.thanks} role="status">
      {said.filter(Boolean).join(' · ')}
    </p>
  )
}
