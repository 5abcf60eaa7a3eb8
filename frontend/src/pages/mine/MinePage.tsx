import { Button, Group } from '@mantine/core'
import { IconListCheck } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectQuery } from '@/api/project'
import { useUser } from '@/api/session'
import type { Page } from '@/api/types'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { KINDS } from '@/kinds'
import { clientKey } from '@/store/clientKey'
import type { Answer } from '@/store/desk'
import { answerText } from '../label/answerText'
import { draftName, forgetDraft } from '../label/begun'
import { guideQuery } from '../label/guide'
import { senderFor } from '../label/sending'
import { tellDone, tellFailed } from '../tell'
import { ChangeSheet } from './ChangeSheet'
import { MyAnswer, type OwnVote } from './MyAnswer'
import styles from './mine.module.css'

const minePages = (pid: number) => ({
  queryKey: ['project', pid, 'mine'],
  queryFn: async ({ pageParam }: { pageParam: string | null }) => {
    const query = pageParam === null ? {} : { cursor: pageParam }
    const page = await ask(api.GET('/api/projects/{pid}/desk/mine', { params: { path: { pid }, query } }))
    // The schema knows an answer only as an object; its kinds are told apart here.
    return page as unknown as Page<OwnVote>
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page: Page<OwnVote>) => page.next,
})

/** Everything that this person answered in the project, newest first, each open to change until it is decided. */
export default function MinePage() {
  const { t } = useTranslation('label')
  const pid = Number(useParams({ strict: false }).pid)
  const user = useUser()
  const guide = useSuspenseQuery(guideQuery(pid)).data
  const kind = useQuery(projectQuery(pid)).data?.kind ?? 'choice'
  const drawn = Boolean(KINDS[kind]?.drawn)
  const pages = useInfiniteQuery(minePages(pid))
  const [changing, setChanging] = useState<OwnVote | null>(null)
  /** Answers given on this page, which the server may not have yet; by the key of the vote that they replace. */
  const [changed, setChanged] = useState<ReadonlyMap<string, { key: string; answer: Answer }>>(new Map())

  const change = async (vote: OwnVote, answer: Answer) => {
    setChanging(null)
    const key = clientKey()
    try {
      const { outbox, line } = await senderFor(user.id)
      await outbox.add(changedVote({ pid, kind }, vote, key, changed.get(vote.key)?.key ?? vote.key, answer))
      setChanged((before) => new Map(before).set(vote.key, { key, answer }))
      tellDone(t('mine.changed', { answer: answerText(answer, guide.classes, t, drawn) }))
      void forgetDraft(user.id, pid, vote.task, vote.asking)
      void line.kick()
    } catch (problem) {
      tellFailed(errorText(problem))
    }
  }

  const votes = pages.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div data-desk="shell">
      <PageTitle title={t('mine.title')} lead={t('mine.lead')}>
        <Button component={Link} to={`/p/${pid}/label`} variant="default">
          {t('mine.toLabel')}
        </Button>
      </PageTitle>
      {pages.isError && <ErrorState text={errorText(pages.error)} onRetry={() => void pages.refetch()} />}
      {pages.isSuccess && votes.length === 0 && <EmptyState icon={<IconListCheck />} title={t('mine.none')} />}
      <ul className={styles.list} aria-busy={pages.isFetching}>
        {votes.map((vote) => (
          <MyAnswer
            key={vote.key}
            vote={vote}
            answer={changed.get(vote.key)?.answer ?? vote.answer}
            classes={guide.classes}
            drawn={drawn}
            onChange={() => setChanging(vote)}
          />
        ))}
      </ul>
      {pages.hasNextPage && (
        <More busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage({ cancelRefetch: false })} />
      )}
      {changing && (
        <ChangeSheet
          vote={changing}
          kind={kind}
          answer={changed.get(changing.key)?.answer ?? changing.answer}
          draft={draftName(user.id, pid, changing.task, changing.asking)}
          classes={guide.classes}
          onAnswer={(answer) => void change(changing, answer)}
          onClose={() => setChanging(null)}
        />
      )}
    </div>
  )
}

function changedVote(
  place: { pid: number; kind: string },
  vote: OwnVote,
  key: string,
  supersedes: string,
  answer: Answer,
) {
  return {
    key,
    project: place.pid,
    task: vote.task,
    lease: null,
    asking: vote.asking,
    payload: answer,
    shown: null,
    supersedes,
    started: new Date().toISOString(),
    took_ms: 0,
    about: {
      id: vote.task,
      lease: null,
      expires_at: null,
      image: vote.image,
      question: 'label',
      kind: place.kind,
      asking: vote.asking,
      proposal: null,
    },
  }
}

/** Loads the next page when it comes near the window, and by a button where it does not. */
function More({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const { t } = useTranslation('label')
  const mark = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })
  useEffect(() => {
    const place = mark.current
    if (!place || busy || typeof IntersectionObserver === 'undefined') return
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current()
      },
      { rootMargin: '600px' },
    )
    watch.observe(place)
    return () => watch.disconnect()
  }, [busy])
  return (
    <Group ref={mark} justify="center" mt="md">
      <Button variant="default" loading={busy} onClick={onMore}>
        {t('mine.more')}
      </Button>
    </Group>
  )
}
