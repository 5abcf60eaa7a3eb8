import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '@/store/desk'
import { Chips } from '../classes/Chips'
import styles from '../classes/Chips.module.css'
import type { ControlsProps } from '../kind'
import type { Ticks } from './ticks'

const NOTHING = () => () => undefined
const NONE: readonly number[] = []

/** Each class can be ticked; what was suggested or given before is ticked already and says so. */
export default function Ticked(props: ControlsProps) {
  const { t } = useTranslation('label')
  const ticks = props.sketch as Ticks | null // this kind's own code opened it
  const chosen = useSyncExternalStore(ticks?.subscribe ?? NOTHING, () => ticks?.chosen ?? NONE)
  const objection = useSyncExternalStore(ticks?.subscribe ?? NOTHING, () => ticks?.objection ?? null)
  const pick = useCallback((concept: number) => ticks?.pick(concept), [ticks])
  return (
    <>
      <Chips
        classes={props.classes}
        plan={props.plan}
        many={props.plan.searches === 'all'}
        proposed={namedBy(props.proposal)}
        proposedTag={props.proposalTag ?? t('classes.proposed')}
        given={namedBy(props.given)}
        givenTag={t('classes.given')}
        ticked={chosen}
        disabled={props.disabled}
        onPick={pick}
        onSearch={props.onSearch}
      />
      <p className={styles.objection} role="status">
        {objection && t(`several.${objection}`)}
      </p>
    </>
  )
}

function namedBy(answer: Answer | null): readonly number[] {
  return answer && 'choice' in answer ? answer.choice : NONE
}
