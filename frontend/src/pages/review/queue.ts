import { usedIn } from '@/kinds'
import type { Answer, DeskPicture } from '@/store/desk'

export type RulingName = 'settle' | 'set_aside' | 'send_back' | 'restore' | 'gold'

export interface Ruling {
  ruling: RulingName
  answer?: Answer
  note?: string
}

export interface ReviewVote {
  answer: Answer
  surplus: boolean
  proposed: boolean
  asking: number
}

export interface Share {
  concept_id: number | null
  p: number
}

export interface ReviewItem {
  task: number
  image: DeskPicture
  confidence: number
  /** What the votes of the present asking come to; of boxes the merged ones, each with its confidence. */
  answer?: Answer | null
  /** Probability of each class; no class stands for "nothing fits". */
  distribution: Share[]
  votes: ReviewVote[]
  split: string
  state: string
  asking: number
}

export interface Queue {
  readonly items: readonly ReviewItem[]
  readonly place: number
  /** Rulings given here, the server's word awaited or had. */
  readonly rulings: ReadonlyMap<number, Ruling>
  /** Tasks whose ruling did not get through, with the reason. */
  readonly failed: ReadonlyMap<number, string>
}

export const EMPTY: Queue = { items: [], place: 0, rulings: new Map(), failed: new Map() }

/** Adds what the server lists; what is here already keeps its place. */
export function extend(queue: Queue, items: readonly ReviewItem[]): Queue {
  const here = new Set(queue.items.map((item) => item.task))
  const fresh = items.filter((item) => !here.has(item.task))
  return fresh.length === 0 ? queue : { ...queue, items: [...queue.items, ...fresh] }
}

export function current(queue: Queue): ReviewItem | null {
  return queue.items[queue.place] ?? null
}

export function move(queue: Queue, step: number): Queue {
  const place = Math.max(0, Math.min(queue.items.length, queue.place + step))
  return place === queue.place ? queue : { ...queue, place }
}

/** Notes a ruling at once and goes to the next task that has none. */
export function rule(queue: Queue, task: number, ruling: Ruling): Queue {
  const rulings = new Map(queue.rulings).set(task, ruling)
  const failed = new Map(queue.failed)
  failed.delete(task)
  const open = (item: ReviewItem) => !rulings.has(item.task)
  const after = queue.items.findIndex((item, place) => place > queue.place && open(item))
  const place = after === -1 ? queue.items.length : after
  return { ...queue, rulings, failed, place }
}

/** Takes back a ruling that did not get through and returns to its task, where the reason is shown. */
export function fail(queue: Queue, task: number, reason: string): Queue {
  const rulings = new Map(queue.rulings)
  rulings.delete(task)
  const place = queue.items.findIndex((item) => item.task === task)
  return {
    ...queue,
    rulings,
    failed: new Map(queue.failed).set(task, reason),
    place: place === -1 ? queue.place : place,
  }
}

/** How many tasks listed here have no ruling yet. */
export function left(queue: Queue): number {
  return queue.items.filter((item) => !queue.rulings.has(item.task)).length
}

/** What the votes lean to: the likeliest class, else the commonest answer; null without either. */
export function leading(item: ReviewItem): Answer | null {
  if (item.answer) return item.answer
  const best = item.distribution.reduce<Share | null>((top, one) => (top === null || one.p > top.p ? one : top), null)
  if (best) return answerOf(best)
  return tally(item).find(({ answer }) => 'choice' in answer || 'nothing' in answer)?.answer ?? null
}

export function answerOf(share: Share): Answer {
  return share.concept_id === null ? { nothing: true } : { choice: [share.concept_id] }
}

/** Answers with the same classes, each as often, count as one: boxes are compared over the picture, not as text. */
function saidBy(answer: Answer): string {
  return [...usedIn(answer)].sort((a, b) => a - b).join()
}

export interface Tally {
  answer: Answer
  count: number
  share: number
}

/** The votes of the present asking by what they say, commonest first. */
export function tally(item: ReviewItem): Tally[] {
  const votes = item.votes.filter((vote) => vote.asking === item.asking)
  const groups = new Map<string, Tally>()
  for (const { answer } of votes) {
    const said = 'pass' in answer ? answer.pass : 'nothing' in answer ? 'nothing' : saidBy(answer)
    const group = groups.get(said) ?? { answer, count: 0, share: 0 }
    groups.set(said, { ...group, count: group.count + 1, share: (group.count + 1) / votes.length })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}
