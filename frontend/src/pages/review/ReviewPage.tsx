import '@/theme/kit'
import { IconScale } from '@tabler/icons-react'
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import type { Page } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { KINDS } from '@/kinds'
import type { Answer } from '@/store/desk'
import { guideQuery } from '../label/guide'
import type { CommonCommand } from '../label/keys'
import { useKeys } from '../label/useKeys'
import { Evidence } from './Evidence'
import { REVIEW_LETTERS, type ReviewCommand } from './letters'
import { current, EMPTY, extend, fail, leading, left, move, type ReviewItem, type Ruling, rule } from './queue'
import styles from './review.module.css'
import { SendBack } from './SendBack'
import { Verdicts } from './Verdicts'

/** With this few left in hand the next page is fetched. */
const AHEAD = 5

const reviewPages = (pid: number) => ({
  queryKey: ['project', pid, 'review'],
  queryFn: async ({ pageParam }: { pageParam: string | null }) => {
    const query = pageParam === null ? {} : { cursor: pageParam }
    const page = await ask(api.GET('/api/projects/{pid}/review', { params: { path: { pid }, query } }))
    // The schema knows an answer only as an object; its kinds are told apart here.
    return page as unknown as Page<ReviewItem>
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<ReviewItem>) => page.next,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
})

/** What the crowd could not settle, least certain first; one key settles, the next is there at once. */
export default function ReviewPage() {
  const { t } = useTranslation('review')
  const pid = Number(useParams({ strict: false }).pid)
  const project = useSuspenseQuery(projectQuery(pid)).data
  const classes = useSuspenseQuery(guideQuery(pid)).data.classes
  const pages = useInfiniteQuery(reviewPages(pid))
  const [queue, setQueue] = useState(EMPTY)
  const [panel, setPanel] = useState<{ name: 'search'; start: string } | { name: 'send_back' } | null>(null)
  const kind = KINDS[project.kind] ?? Object.values(KINDS)[0]
  if (!kind) throw new Error('no label kind is known')
  const item = current(queue)
  const lead = useMemo(() => (item ? leading(item) : null), [item])
  const recent = useMemo(() => item?.distribution.flatMap((one) => one.concept_id ?? []) ?? [], [item])
  const plan = useMemo(() => kind.plan(classes, recent), [kind, classes, recent])

  useEffect(() => {
    if (pages.data)
      setQueue((before) =>
        extend(
          before,
          pages.data.pages.flatMap((page) => page.items),
        ),
      )
  }, [pages.data])
  const open = left(queue)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  useEffect(() => {
    if (open <= AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [open, hasNextPage, isFetchingNextPage, fetchNextPage])
  useLookAhead(queue.items, queue.place)

  const give = useCallback(
    (ruling: Ruling) => {
      setPanel(null)
      if (!item) return
      const task = item.task
      setQueue((before) => rule(before, task, ruling))
      ask(api.POST('/api/projects/{pid}/review/{task}', { params: { path: { pid, task } }, body: ruling })).catch(
        (problem: unknown) => setQueue((before) => fail(before, task, errorText(problem))),
      )
    },
    [item, pid],
  )
  const settle = useCallback((answer: Answer) => give({ ruling: 'settle', answer }), [give])
  const say = (command: ReviewCommand | CommonCommand) => {
    if (command === 'next') setQueue((before) => move(before, 1))
    else if (command === 'previous' || command === 'undo') setQueue((before) => move(before, -1))
    else if (command === 'accept' && lead) settle(lead)
    else if (command === 'nothing') settle({ nothing: true })
    else if (command === 'set_aside') give({ ruling: 'set_aside' })
    else if (command === 'send_back' && item) setPanel({ name: 'send_back' })
  }
  useKeys({ on: panel === null, plan, letters: REVIEW_LETTERS }, (act) => {
    if ('answer' in act) settle(act.answer)
    else if ('command' in act) say(act.command)
    else if (item) setPanel({ name: 'search', start: act.search })
  })
  useArrows(panel === null, (step) => setQueue((before) => move(before, step)))

  const { Search } = kind
  const more = pages.hasNextPage ? '+' : ''
  return (
    <div className={styles.page} data-desk="shell">
      <PageTitle title={t('title')}>
        <span className={styles.left} role="status">
          {t('left', { number: `${open}${more}` })}
        </span>
      </PageTitle>
      {pages.isError && <ErrorState text={errorText(pages.error)} onRetry={() => void pages.refetch()} />}
      {pages.isSuccess && !item && (
        <EmptyState icon={<IconScale />} title={t(queue.items.length > 0 ? 'finished' : 'none')}>
          {t('noneHelp')}
        </EmptyState>
      )}
      {item && (
        <>
          <div className={styles.columns}>
            <section className={styles.stage} aria-label={t('picture')}>
              <img key={item.image.id} src={item.image.display} alt={t('picture')} />
              {panel?.name === 'search' && (
                <Search
                  classes={classes}
                  recent={recent}
                  start={panel.start}
                  onAnswer={settle}
                  onClose={() => setPanel(null)}
                />
              )}
            </section>
            <Evidence item={item} classes={classes} ruling={queue.rulings.get(item.task) ?? null} />
          </div>
          {queue.failed.has(item.task) && <ErrorState text={t('failed', { reason: queue.failed.get(item.task) })} />}
          <Verdicts
            kind={kind}
            classes={classes}
            plan={plan}
            lead={lead}
            given={queue.rulings.get(item.task)?.answer ?? null}
            onAnswer={settle}
            onSearch={() => setPanel({ name: 'search', start: '' })}
            onSay={say}
          />
        </>
      )}
      {panel?.name === 'send_back' && (
        <SendBack onSend={(note) => give({ ruling: 'send_back', note })} onClose={() => setPanel(null)} />
      )}
    </div>
  )
}

/** Has the next pictures decoded before they are asked for. */
function useLookAhead(items: readonly ReviewItem[], place: number): void {
  useEffect(() => {
    for (const item of items.slice(place + 1, place + 4)) {
      const picture = new Image()
      picture.src = item.image.display
      picture.decode?.().catch(() => undefined)
    }
  }, [items, place])
}

function useArrows(on: boolean, onStep: (step: number) => void): void {
  useEffect(() => {
    if (!on) return
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="menu"]')
      if (typing || event.altKey || event.ctrlKey || event.metaKey) return
      if (event.key === 'ArrowRight') onStep(1)
      else if (event.key === 'ArrowLeft') onStep(-1)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [on, onStep])
}
