/** Drafts by their tasks. The code that keeps them is fetched when something is drawn. */
import type { Drafts } from '@/store/drafts'

let drafts: Promise<Drafts> | null = null

/** Rejects where the code cannot be had just now; the next call asks again. */
export function openedDrafts(): Promise<Drafts> {
  drafts ??= import('@/store/drafts')
    .then((module) => module.openDrafts())
    .catch((problem) => {
      drafts = null
      throw problem
    })
  return drafts
}

/** One draft for each person, task and asking, wherever the task is opened. */
export function draftName(user: number, project: number, task: number, asking: number): string {
  return [user, project, task, asking].join(':')
}

/** The tasks of a project for which this person has a draft here, as `task:asking`; none where that cannot be read. */
export async function begunTasks(user: number, project: number): Promise<ReadonlySet<string>> {
  const prefix = `${user}:${project}:`
  const names = await openedDrafts()
    .then((all) => all.names(prefix))
    .catch(() => [])
  return new Set(names.map((name) => name.slice(prefix.length)))
}

/** The answer is in the outbox: its draft is needed no more. */
export async function forgetDraft(user: number, project: number, task: number, asking: number): Promise<void> {
  const all = await drafts?.catch(() => null)
  await all?.remove(draftName(user, project, task, asking))
}
