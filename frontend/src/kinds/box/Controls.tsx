import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Chips } from '../classes/Chips'
import type { ControlsProps } from '../kind'

const NOTHING = () => () => undefined
const NONE: readonly number[] = []

/** The class that is drawn next is marked; a click on another changes it, and the class of the box in hand. */
export function Controls({ classes, plan, sketch, disabled, onSearch }: ControlsProps) {
  const { t } = useTranslation('label')
  const concept = useSyncExternalStore(sketch?.subscribe ?? NOTHING, () => sketch?.concept ?? null)
  const pick = useCallback((picked: number) => sketch?.pick(picked), [sketch])
  const live = classes.filter((entry) => !entry.archived)
  return (
    <Chips
      classes={classes}
      plan={plan}
      many={plan.keys.size < live.length}
      proposed={NONE}
      proposedTag=""
      given={concept === null ? NONE : [concept]}
      givenTag={t('classes.drawn')}
      disabled={disabled}
      onPick={pick}
      onSearch={onSearch}
    />
  )
}
