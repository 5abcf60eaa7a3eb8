import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '@/api/types'
import { useAnswers } from '../data/useAnswers'
import styles from './work.module.css'

/** More classes than this make no readable table: what was confused most often is listed instead. */
const LARGEST_TABLE = 12
const MOST_LISTED = 20

type Pair = PersonDetail['confusion'][number]

/** Which settled class a person calls what; nothing where an answer is more than one class. */
export function Pairs({ pid, pairs }: { pid: number; pairs: readonly Pair[] }) {
  const { t } = useTranslation('people')
  const { classes, nothing } = useAnswers(pid)
  if (pairs.length === 0) return null
  const used = new Set(pairs.flatMap((pair) => [pair.settled, pair.said]))
  const place = new Map(classes.map((one) => [String(one.concept_id), one.index]))
  const keys = [...used].sort((a, b) => (place.get(a) ?? Number.MAX_VALUE) - (place.get(b) ?? Number.MAX_VALUE))
  const nameOf = (key: string) =>
    key === 'nothing' ? nothing : (classes.find((one) => String(one.concept_id) === key)?.name ?? `#${key}`)
  const wrong = pairs.filter((pair) => pair.settled !== pair.said)
  return (
    <section>
      <Title order={3} fz="h5">
        {t('person.confusion')}
      </Title>
      {keys.length <= LARGEST_TABLE ? (
        <Matrix keys={keys} pairs={pairs} nameOf={nameOf} />
      ) : (
        <ul>
          {wrong.slice(0, MOST_LISTED).map(({ settled, said, count }) => (
            <li key={`${settled} ${said}`}>{`${nameOf(settled)} → ${nameOf(said)}: ${count}`}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Matrix({ keys, pairs, nameOf }: { keys: string[]; pairs: readonly Pair[]; nameOf: (key: string) => string }) {
  const { t } = useTranslation('people')
  const count = new Map(pairs.map((pair) => [`${pair.settled} ${pair.said}`, pair.count]))
  return (
    <>
      <Text size="sm" c="dimmed" mb={4}>
        {t('person.confusionHelp')}
      </Text>
      <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('person.confusion')}>
        <table className={styles.pairs}>
          <thead>
            <tr>
              <th scope="col">
                {t('person.settled')} ↓ / {t('person.said')} →
              </th>
              {keys.map((key) => (
                <th key={key} scope="col">
                  {nameOf(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keys.map((settled) => (
              <tr key={settled}>
                <th scope="row">{nameOf(settled)}</th>
                {keys.map((said) => (
                  <td key={said} data-right={settled === said || undefined}>
                    {count.get(`${settled} ${said}`) ?? 0}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
