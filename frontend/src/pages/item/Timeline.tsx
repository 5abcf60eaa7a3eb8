import { Anchor, Badge, Button, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Answer, TimelineEvent } from '@/api/types'
import { When } from '@/components/When'
import { useFormat } from '@/i18n/format'
import classes from './item.module.css'

interface Props {
  pid: number
  events: TimelineEvent[]
  say: (answer: Answer | null) => string
  /** The event whose answer lies on the picture. */
  shown: TimelineEvent | null
  /** Null for an event of which nothing can be drawn. */
  onShow: (event: TimelineEvent) => (() => void) | null
}

const RULINGS = ['settle', 'gold', 'set_aside', 'send_back', 'restore'] as const
const MARKS = ['surplus', 'superseded', 'proposed', 'gold'] as const

interface ShowProps {
  event: TimelineEvent
  pressed: boolean
  onShow: (() => void) | null
}

function ShowButton({ event, pressed, onShow }: ShowProps) {
  const { t } = useTranslation('data')
  if (!onShow) return null
  const words = t('item.show')
  return (
    <Button
      size="compact-xs"
      variant={pressed ? 'filled' : 'default'}
      aria-pressed={pressed}
      aria-label={event.person ? `${words}: ${event.person}` : words}
      onClick={onShow}
    >
      {words}
    </Button>
  )
}

const IMPORT_NOTES = ['unknown_class', 'bad_answer', 'no_task', 'holdout', 'settled', 'known_already'] as const

/** Why something was done, or came to nothing. */
function Why({ pid, event: { what, note } }: { pid: number; event: TimelineEvent }) {
  const { t } = useTranslation('data')
  if (!note) return null
  const left = IMPORT_NOTES.find((one) => what === 'imported' && one === note)
  if (left) return <span>({t(`item.importNote.${left}`)})</span>
  const evaluation = /^evaluation (\d+)$/.exec(note)?.[1]
  if (what === 'asked_again' && evaluation) {
    return (
      <Anchor component={Link} to={`/p/${pid}/evaluations/${evaluation}`} underline="always">
        {t('item.whyEvaluation')}
      </Anchor>
    )
  }
  return <span>{t('item.why', { note })}</span>
}

/** Everything that was said of a picture, oldest first. */
export function Timeline({ pid, events, say, shown, onShow }: Props) {
  const { t } = useTranslation('data')
  const format = useFormat()
  if (events.length === 0) return <Text c="dimmed">{t('item.timelineNone')}</Text>

  function words(event: TimelineEvent): string {
    if (event.what === 'added' && !event.person) return t('item.addedPlain')
    const ruling = RULINGS.find((each) => each === event.text)
    if (event.what === 'decision' && ruling) return t(`item.ruling.${ruling}`)
    return t(`item.what.${event.what}`)
  }

  return (
    <ol className={classes.events}>
      {events.map((event, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id and only ever grow at the end
        <li key={`${event.at}${at}`} data-off={event.superseded || event.surplus || undefined}>
          <Group gap={6}>
            {event.person && (
              <Text component="span" fw={600}>
                {event.person}
              </Text>
            )}
            <span>{words(event)}</span>
            <Text component="span" fw={600}>
              {event.answer ? say(event.answer) : event.what === 'imported' ? event.text : ''}
            </Text>
            {event.what === 'added' && event.text && <span>{t('item.withDelivery', { name: event.text })}</span>}
            {event.score !== null && <span>{format.percent(event.score, 1)}</span>}
            {(event.asking ?? 1) > 1 && <span>{t('item.asking', { count: event.asking ?? 1 })}</span>}
            <Why pid={pid} event={event} />
            {MARKS.filter((mark) => event[mark]).map((mark) => (
              <Badge key={mark} variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
                {t(`item.mark.${mark}`)}
              </Badge>
            ))}
          </Group>
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              <When at={event.at} exact />
            </Text>
            <ShowButton event={event} pressed={shown === event} onShow={onShow(event)} />
          </Group>
        </li>
      ))}
    </ol>
  )
}
