import { Anchor, Badge, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProject } from '@/api/project'
import type { ImageAction, ImageDetail, LabelClass, TimelineEvent } from '@/api/types'
import { MarkedPicture } from '@/canvas/MarkedPicture'
import { Facts } from '@/components/Facts'
import { PageTitle } from '@/components/PageTitle'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'
import { KINDS } from '@/kinds'
import type { Mark } from '@/kinds/sketch'
import type { Answer as DeskAnswer } from '@/store/desk'
import { historyQuery, imageQuery } from '../data/queries'
import { useAnswers } from '../data/useAnswers'
import { useImageActions } from '../data/useImageActions'
import { Distribution } from './Distribution'
import { ExampleChoice } from './ExampleChoice'
import classes from './item.module.css'
import { Stood } from './Stood'
import { Timeline } from './Timeline'

const route = getRouteApi('/inside/shell/p/$pid/item/$iid')

export default function ItemPage() {
  const { t } = useTranslation('data')
  const { pid, iid } = route.useParams()
  const project = useProject(pid)
  const image = useSuspenseQuery(imageQuery(pid, iid)).data
  const { say, classes: schema } = useAnswers(pid)
  const [chosen, setChosen] = useState<TimelineEvent | null>(null)
  // A list that was fetched anew holds other objects for the same events.
  const later = useInfiniteQuery(historyQuery(pid, iid, image.timeline_next))
  const events = [...image.timeline, ...(later.data?.pages.flatMap((page) => page.items) ?? [])]
  const shown = chosen && (events.find((event) => same(event, chosen)) ?? null)
  const answer = shown ? shown.answer : image.answer
  const marks = useMemo(() => marksOf(answer, schema), [answer, schema])
  const onShow = (event: TimelineEvent) =>
    marksOf(event.answer, schema).length > 0 ? () => setChosen(shown === event ? null : event) : null
  const act = useImageActions(pid)
  const manages = project.actions.includes('manage')
  const actions = offered(image, { manages, settles: project.actions.includes('settle') })

  return (
    <>
      <Anchor component={Link} to={`/p/${pid}/data`} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden /> {t('item.back')}
      </Anchor>
      <PageTitle title={t('item.title', { name: image.name })}>
        {actions.map((action) => (
          <Button
            key={action}
            size="sm"
            variant="default"
            disabled={act.isPending}
            onClick={() => act.mutate({ action, ids: [iid] })}
          >
            {t(`wall.${action}`)}
          </Button>
        ))}
      </PageTitle>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <div>
          <div className={classes.stage}>
            {marks.length > 0 ? (
              <div style={{ aspectRatio: `${image.width} / ${image.height}`, maxHeight: '70vh', margin: '0 auto' }}>
                <MarkedPicture src={image.display} alt={image.name} size={image} marks={marks} />
              </div>
            ) : (
              <Picture
                src={image.display}
                alt={image.name}
                width={image.width}
                height={image.height}
                fit="contain"
                eager
                style={{ height: 'auto', maxHeight: '70vh', background: 'var(--stage)' }}
              />
            )}
          </div>
          {shown && (
            <Group gap="xs" mt="xs">
              <Text size="sm" role="status">
                {shown.person
                  ? t('item.shown', { person: shown.person, answer: say(shown.answer) })
                  : t('item.shownPlain', { answer: say(shown.answer) })}
              </Text>
              <Button size="compact-xs" variant="default" onClick={() => setChosen(null)}>
                {t('item.showMerged')}
              </Button>
            </Group>
          )}
          {project.actions.includes('work') && (
            <Anchor
              href={`/api/projects/${pid}/images/${iid}/picture/original`}
              download
              mt="xs"
              display="inline-block"
            >
              {t('item.original')}
            </Anchor>
          )}
        </div>
        <Stack gap="lg">
          <Paper withBorder p="md">
            <Group gap="xs" mb="sm">
              <Title order={2} fz="h4">
                {t('item.facts')}
              </Title>
              <Badge variant="outline" c="var(--mantine-color-text)">
                {t(`state.${image.state}`)}
              </Badge>
            </Group>
            <ImageFacts image={image} answer={say(image.answer)} />
          </Paper>
          {image.consensus && Object.keys(image.consensus.distribution).length > 0 && (
            <Paper withBorder p="md">
              <Title order={2} fz="h4" mb="sm">
                {t('item.distribution')}
              </Title>
              <Distribution pid={pid} shares={image.consensus.distribution} counts={image.consensus.counts} />
            </Paper>
          )}
          {image.predictions.length > 0 && (
            <Paper withBorder p="md">
              <Title order={2} fz="h4" mb="sm">
                {t('item.predictions')}
              </Title>
              {image.predictions.map((prediction) => (
                <div key={prediction.model}>
                  <Text size="sm" c="dimmed" mt="xs">
                    {t('item.predictionBy', { model: prediction.model })}
                  </Text>
                  <Distribution pid={pid} shares={prediction.distribution} />
                </div>
              ))}
            </Paper>
          )}
          <Paper withBorder p="md">
            <Title order={2} fz="h4" mb="sm">
              {t('item.timeline')}
            </Title>
            <Timeline pid={pid} events={events} say={say} shown={shown} onShow={onShow} />
            {(later.data ? later.hasNextPage : image.timeline_next) && (
              <Button
                size="xs"
                variant="default"
                mt="sm"
                loading={later.isFetching}
                onClick={() => (later.data ? later.fetchNextPage() : later.refetch())}
              >
                {t('item.moreEvents')}
              </Button>
            )}
          </Paper>
          <Stood pid={pid} iid={iid} say={say} />
          {manages && image.split !== 'holdout' && image.state !== 'example' && image.state !== 'deleted' && (
            <ExampleChoice pid={pid} iid={iid} />
          )}
          <details>
            <summary>{t('item.json')}</summary>
            <pre className={classes.json} tabIndex={0} aria-label={t('item.json')}>
              {JSON.stringify(image, null, 2)}
            </pre>
          </details>
        </Stack>
      </SimpleGrid>
    </>
  )
}

function same(one: TimelineEvent, other: TimelineEvent): boolean {
  return one.at === other.at && one.what === other.what && one.person === other.person
}

/** What an answer draws on the picture. */
function marksOf(answer: ImageDetail['answer'], schema: readonly LabelClass[]): Mark[] {
  if (!answer) return []
  // The schema leaves an answer open; each kind knows its own.
  return Object.values(KINDS).flatMap((kind) => kind.drawn?.marks(answer as DeskAnswer, schema) ?? [])
}

function ImageFacts({ image, answer }: { image: ImageDetail; answer: string }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  return (
    <Facts
      items={[
        [t('item.answer'), answer || t('wall.unanswered')],
        [t('item.confidence'), image.confidence === null ? '' : format.percent(image.confidence, 1)],
        [t('item.known'), image.gold && t('item.knownValue')],
        [t('item.split'), t(`split.${image.split}`)],
        [t('item.problem'), image.problem && problemText(image.problem, t)],
        [t('item.size'), t('item.sizeValue', { width: image.width, height: image.height })],
        [t('item.asked'), image.task && t('item.askingValue', { count: image.task.asking })],
        [t('item.votesWanted'), image.task && `${image.task.votes_counted} / ${image.task.votes_wanted}`],
        [t('item.batch'), image.batch?.name],
        [t('item.source'), image.source],
        [t('item.licence'), image.licence],
        [t('item.author'), image.author],
        [t('item.group'), image.group],
        [t('item.digest'), <code key="digest">{image.digest}</code>],
      ]}
    />
  )
}

function problemText(
  problem: string,
  t: (key: 'problem.near_duplicate' | 'problem.bridge' | 'problem.broken') => string,
) {
  return problem === 'near_duplicate' || problem === 'bridge' || problem === 'broken'
    ? t(`problem.${problem}`)
    : problem
}

function offered(image: ImageDetail, { manages, settles }: { manages: boolean; settles: boolean }): ImageAction[] {
  const all: [ImageAction, boolean][] = [
    ['ask_again', settles && (image.state === 'closed' || image.state === 'review')],
    ['mark_gold', settles && image.state === 'closed' && image.split !== 'holdout' && !image.gold],
    ['unmark_gold', settles && image.gold],
    ['exclude', manages && image.state !== 'excluded' && image.state !== 'deleted'],
    ['include', manages && image.state === 'excluded'],
    ['delete', manages && image.state !== 'deleted'],
    ['restore', manages && image.state === 'deleted'],
  ]
  return all.filter(([, open]) => open).map(([action]) => action)
}
