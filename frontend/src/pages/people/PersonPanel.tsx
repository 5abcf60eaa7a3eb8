import { CloseButton, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { personQuery } from '@/api/standing'
import type { PersonDetail } from '@/api/types'
import { ErrorState } from '@/components/ErrorState'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'
import { useAnswers } from '../data/useAnswers'
import { Days } from './Days'
import { Pairs } from './Pairs'
import { PauseBox } from './PauseBox'
import { ShareText } from './PeopleTable'
import styles from './work.module.css'

interface Props {
  pid: number
  uid: number
  onClose: () => void
}

/** One person closely; takes the focus when opened, so that a keyboard arrives where the eye does. */
export function PersonPanel({ pid, uid, onClose }: Props) {
  const { t } = useTranslation('people')
  const found = useQuery(personQuery(pid, uid))
  const heading = useRef<HTMLHeadingElement>(null)
  const person = found.data
  const shown = person !== undefined
  useEffect(() => {
    if (shown) heading.current?.focus()
  }, [shown])
  if (found.isError) return <ErrorState text={errorText(found.error)} onRetry={() => found.refetch()} />
  if (!person) return null
  return (
    <Paper withBorder p="lg" component="section" aria-label={person.name} data-panel={uid}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} fz="h3" ref={heading} tabIndex={-1}>
            {person.name}
          </Title>
          <Text c="dimmed">{person.username}</Text>
        </div>
        <CloseButton aria-label={t('person.close')} onClick={onClose} size="lg" />
      </Group>
      <Stack gap="lg" mt="md">
        <PauseBox pid={pid} person={person} />
        <Figures person={person} />
        <Days days={person.days} />
        <Pairs pid={pid} pairs={person.confusion} />
        <Worst pid={pid} person={person} />
        {person.counted_at && <Counted at={person.counted_at} />}
      </Stack>
    </Paper>
  )
}

function Counted({ at }: { at: string }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  return (
    <Text size="sm" c="dimmed">
      {t('person.counted', { when: format.date(at) })}
    </Text>
  )
}

function Figures({ person }: { person: PersonDetail }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const { gold } = person
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }}>
      <div>
        <Text fw={600}>{t('person.agreement')}</Text>
        <ShareText share={person.agreement} />
        <Text size="xs" c="dimmed" mt={4}>
          {t('person.agreementHelp')}
        </Text>
      </div>
      <div>
        <Text fw={600}>{t('person.gold')}</Text>
        <ShareText share={gold} />
        {gold.passed > 0 && <Text size="xs">{t('person.passed', { count: gold.passed })}</Text>}
        <Text size="xs" c="dimmed" mt={4}>
          {t('person.goldHelp')}
        </Text>
      </div>
      <div>
        <Text fw={600}>{t('person.speed')}</Text>
        {person.median_ms === null
          ? t('table.nothing')
          : t('person.speedValue', { seconds: format.number(person.median_ms / 1000, 1) })}
      </div>
      <div>
        <Text fw={600}>{t('person.votes')}</Text>
        {format.number(person.votes)}
      </div>
    </SimpleGrid>
  )
}

function Worst({ pid, person }: { pid: number; person: PersonDetail }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const { say } = useAnswers(pid)
  return (
    <section>
      <Title order={3} fz="h5" mb="xs">
        {t('person.worst')}
      </Title>
      {person.worst.length === 0 && <Text c="dimmed">{t('person.worstNone')}</Text>}
      <ul className={styles.wall}>
        {person.worst.map((miss) => (
          <li key={miss.image}>
            <Link to="/p/$pid/item/$iid" params={{ pid, iid: miss.image }}>
              <Picture src={miss.thumb} alt={miss.name} style={{ width: '100%', aspectRatio: '4 / 3' }} />
              <Text size="sm">{t('person.worstSaid', { said: say(miss.answer) })}</Text>
              <Text size="sm">{t('person.worstSettled', { settled: say(miss.settled) })}</Text>
              {miss.likeness > 0 && (
                <Text size="xs" c="dimmed">
                  {t('person.likeness', { percent: format.percent(miss.likeness) })}
                </Text>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
