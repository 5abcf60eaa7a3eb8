import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, ask } from '@/api/client'
import { ApiError, errorText } from '@/api/errors'
import { projectKey } from '@/api/project'
import type { Acted, ImageAction } from '@/api/types'
import { tellDone, tellFailed, tellUndoable } from '../tell'

const AT_ONCE = 500
const BACK: Partial<Record<ImageAction, ImageAction>> = {
  exclude: 'include',
  include: 'exclude',
  delete: 'restore',
  restore: 'delete',
  mark_gold: 'unmark_gold',
  unmark_gold: 'mark_gold',
}
/** What a reviewer may do as well as an admin. */
export const RULINGS: ReadonlySet<ImageAction> = new Set(['ask_again', 'mark_gold', 'unmark_gold'])

interface Order {
  action: ImageAction
  ids: number[]
  isUndo?: boolean
}

/** Does one thing to many pictures, says what was done, and offers to take it back where it can be. */
export function useImageActions(pid: number, { onDone }: { onDone?: () => void } = {}) {
  const { t } = useTranslation(['data', 'common'])
  const client = useQueryClient()
  const act = useMutation({
    mutationFn: async ({ action, ids }: Order): Promise<Acted> => {
      const all: Acted = { done: 0, refused: [] }
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some: Acted = await ask(
          api.POST('/api/projects/{pid}/images/actions', {
            params: { path: { pid } },
            body: { action, ids: ids.slice(at, at + AT_ONCE) },
          }),
        )
        all.done += some.done
        all.refused.push(...some.refused)
      }
      return all
    },
    onSuccess: ({ done, refused }, { action, ids, isUndo }) => {
      const [first] = refused
      if (first) {
        const reason = errorText(new ApiError(first.code, '', { status: 409 }))
        tellFailed(t('wall.refusedSome', { count: refused.length, reason }))
      }
      const back = BACK[action]
      const changed = ids.filter((id) => !refused.some((one) => one.id === id))
      const text = t(`wall.done.${action}`, { count: done })
      if (done > 0 && back && !isUndo) {
        const onUndo = () => act.mutate({ action: back, ids: changed, isUndo: true })
        tellUndoable({ text, undo: t('common:undo'), onUndo })
      } else if (done > 0) tellDone(text)
      onDone?.()
    },
    onError: (problem) => tellFailed(errorText(problem)),
    onSettled: () => client.invalidateQueries({ queryKey: projectKey(pid) }),
  })
  return act
}
