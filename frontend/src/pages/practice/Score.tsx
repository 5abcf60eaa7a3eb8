import { Text, Title } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Picture } from '@/components/Picture'
import type { DeskPicture } from '@/store/desk'
import styles from './practice.module.css'

export interface Answered {
  picture: DeskPicture
  right: boolean | null
}

/** From this share on nothing more needs to be said. */
const GOOD = 0.8

/** How a practice went, picture by picture. */
export function Score({ answered }: { answered: readonly Answered[] }) {
  const { t } = useTranslation('volunteers')
  const counted = answered.filter((one) => one.right !== null)
  const right = counted.filter((one) => one.right).length
  return (
    <section className={styles.score}>
      <div role="status">
        <Title order={2}>{t('practice.score', { right, of: counted.length })}</Title>
        <Text>{t(right >= GOOD * counted.length ? 'practice.scoreGood' : 'practice.scoreFair')}</Text>
      </div>
      <ol className={styles.strip} aria-hidden>
        {answered.map(({ picture, right: was }) => (
          <li key={picture.id} data-right={was ?? 'gone'}>
            <Picture src={picture.thumb} alt="" />
            {was !== null && <span>{was ? <IconCheck size={16} /> : <IconX size={16} />}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}
