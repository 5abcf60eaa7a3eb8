import { Button, Text, VisuallyHidden } from '@mantine/core'
import { IconPhoto, IconPhotoSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import { projectKey, useProject } from '@/api/project'
import type { ImageItem } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { EmptyState } from '@/components/EmptyState'
import { ErrorState } from '@/components/ErrorState'
import { PageTitle } from '@/components/PageTitle'
import { PictureWall } from '@/components/PictureWall'
import { NOTHING, type Selection } from '@/components/selection'
import { useFormat } from '@/i18n/format'
import { tellDone, tellFailed } from '../tell'
import classes from './data.module.css'
import { Filters } from './Filters'
import { countQuery, wallQuery } from './queries'
import { SelectionBar } from './SelectionBar'
import { isFiltered } from './search'
import { useAnswers } from './useAnswers'
import { RULINGS, useImageActions } from './useImageActions'

const route = getRouteApi('/inside/shell/p/$pid/data')

export default function DataPage() {
  const { t } = useTranslation(['data', 'common'])
  const format = useFormat()
  const client = useQueryClient()
  const { pid } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const project = useProject(pid)
  const { classes: schema, say } = useAnswers(pid)
  const [selection, setSelection] = useState<Selection>(NOTHING)
  const wall = useInfiniteQuery({ ...wallQuery(pid, search), placeholderData: keepPreviousData })
  const count = useQuery({ ...countQuery(pid, search), placeholderData: keepPreviousData }).data
  const act = useImageActions(pid, { onDone: () => setSelection(NOTHING) })
  const emptyBin = useMutation({
    mutationFn: () => ask(api.POST('/api/projects/{pid}/images/empty-bin', { params: { path: { pid } } })),
    onSuccess: () => tellDone(t('wall.emptiedBin')),
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
  })

  const images = useMemo(() => wall.data?.pages.flatMap((page) => page.items) ?? [], [wall.data])
  const items = images.map((image) => ({
    id: image.id,
    name: image.name,
    thumb: image.thumb,
    caption: <Caption image={image} answer={say(image.answer)} />,
  }))
  const selected = images.filter((image) => selection.ids.has(image.id))
  const open = (iid: number) => void navigate({ to: '/p/$pid/item/$iid', params: { pid, iid } })

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = wall
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  if (wall.isSuccess && images.length === 0 && !isFiltered(search)) {
    return (
      <>
        <PageTitle title={t('wall.title')} />
        <EmptyState
          icon={<IconPhoto size={28} />}
          title={t('wall.empty')}
          action={
            project.actions.includes('manage') && (
              <Button component={Link} to={`/p/${pid}/import`}>
                {t('wall.emptyDo')}
              </Button>
            )
          }
        >
          {t('wall.emptyHelp')}
        </EmptyState>
      </>
    )
  }
  return (
    <>
      <PageTitle title={t('wall.title')}>
        {search.state === 'deleted' && project.actions.includes('manage') && images.length > 0 && (
          <ConfirmButton
            variant="default"
            danger
            label={t('wall.emptyBin')}
            question={t('wall.emptyBinAsk')}
            confirm={t('wall.emptyBin')}
            onConfirm={() => emptyBin.mutate()}
          />
        )}
      </PageTitle>
      <Filters
        search={search}
        schema={schema}
        facets={count?.facets ?? null}
        onChange={(next) => {
          setSelection(NOTHING)
          void navigate({ to: '/p/$pid/data', params: { pid }, search: next, replace: true })
        }}
      />
      <div className={classes.bar}>
        <Text role="status" c="dimmed">
          {count &&
            (count.capped
              ? t('wall.countCapped', { number: format.number(count.count) })
              : t('wall.count', { count: count.count, number: format.number(count.count) }))}
        </Text>
        {selected.length > 0 ? (
          <SelectionBar
            selected={selected}
            allowed={(action) => project.actions.includes(RULINGS.has(action) ? 'settle' : 'manage')}
            busy={act.isPending}
            onAct={(action) => act.mutate({ action, ids: selected.map(({ id }) => id) })}
            onOpen={() => selected[0] && open(selected[0].id)}
            onClear={() => setSelection(NOTHING)}
          />
        ) : (
          <Text size="sm" c="dimmed" visibleFrom="sm">
            {t('wall.help')}
          </Text>
        )}
      </div>
      {wall.isError && <ErrorState text={errorText(wall.error)} onRetry={() => wall.refetch()} />}
      {wall.isSuccess && images.length === 0 ? (
        <EmptyState icon={<IconPhotoSearch size={28} />} title={t('wall.emptyFiltered')}>
          {t('wall.emptyFilteredHelp')}
        </EmptyState>
      ) : (
        <PictureWall
          label={t('common:wall.name')}
          items={items}
          selection={selection}
          onSelect={setSelection}
          onOpen={open}
          onEnd={more}
        />
      )}
      <VisuallyHidden role="status">{isFetchingNextPage ? t('wall.loadingMore') : ''}</VisuallyHidden>
    </>
  )
}

function Caption({ image, answer }: { image: ImageItem; answer: string }) {
  const { t } = useTranslation('data')
  const format = useFormat()
  const sure = image.confidence !== null && answer ? ` ${format.percent(image.confidence)}` : ''
  return (
    <>
      <span className={classes.line}>{answer ? `${answer}${sure}` : t('wall.unanswered')}</span>
      <span className={classes.sub}>{t(`state.${image.state}`)}</span>
    </>
  )
}
