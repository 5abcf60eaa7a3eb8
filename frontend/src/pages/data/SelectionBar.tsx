import { Button, CloseButton, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ImageAction, ImageItem } from '@/api/types'

interface Props {
  selected: ImageItem[]
  allowed: (action: ImageAction) => boolean
  busy: boolean
  onAct: (action: ImageAction) => void
  onOpen: () => void
  onClear: () => void
}

/** What can be done to the selected pictures, by what they are and what one's role allows. */
export function SelectionBar({ selected, allowed, busy, onAct, onOpen, onClear }: Props) {
  const { t } = useTranslation(['data', 'common'])
  const states = new Set(selected.map((image) => image.state))
  const onlyIn = (state: string) => [...states].every((each) => each === state)
  const fits: Record<ImageAction, boolean> = {
    mark_gold: selected.some((image) => image.state === 'closed' && image.split !== 'holdout' && !image.gold),
    unmark_gold: selected.some((image) => image.gold),
    ask_again: states.has('closed') || states.has('review'),
    exclude: !states.has('excluded') && !states.has('deleted'),
    include: onlyIn('excluded'),
    delete: !states.has('deleted'),
    restore: onlyIn('deleted'),
  }
  const actions = (Object.keys(fits) as ImageAction[]).filter((action) => fits[action] && allowed(action))
  return (
    <Group gap="xs">
      <Text fw={600}>{t('common:wall.selected', { count: selected.length })}</Text>
      {selected.length === 1 && (
        <Button size="xs" onClick={onOpen}>
          {t('wall.open')}
        </Button>
      )}
      {actions.map((action) => (
        <Button key={action} size="xs" variant="default" disabled={busy} onClick={() => onAct(action)}>
          {t(`wall.${action}`)}
        </Button>
      ))}
      <CloseButton aria-label={t('common:wall.clear')} onClick={onClear} />
    </Group>
  )
}
