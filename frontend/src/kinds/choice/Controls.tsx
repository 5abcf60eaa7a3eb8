import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '@/store/desk'
import { Chips } from '../classes/Chips'
import type { ControlsProps } from '../kind'

/** A class answers at once. */
export function Controls(props: ControlsProps) {
  const { t } = useTranslation('label')
  const { onAnswer } = props
  const pick = useCallback((concept: number) => onAnswer({ choice: [concept] }), [onAnswer])
  return (
    <Chips
      classes={props.classes}
      plan={props.plan}
      many={props.plan.searches === 'all'}
      proposed={namedBy(props.proposal)}
      proposedTag={props.proposalTag ?? t('classes.proposed')}
      given={namedBy(props.given)}
      givenTag={t('classes.given')}
      disabled={props.disabled}
      onPick={pick}
      onSearch={props.onSearch}
    />
  )
}

const NONE: readonly number[] = []

function namedBy(answer: Answer | null): readonly number[] {
  return answer && 'choice' in answer ? answer.choice : NONE
}
