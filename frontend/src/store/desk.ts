/** The plain data that passes between a person's desk and the server. No behaviour, no framework. */
import type { Box } from '@/geometry/box'

/** What may be said of a box besides its class. */
export const FLAGS = ['occluded', 'truncated', 'difficult', 'crowd'] as const
export type Flag = (typeof FLAGS)[number]

/** One box of an answer; a flag stands there only when it holds. */
export interface AnsweredBox extends Partial<Record<Flag, true>> {
  concept: number
  box: Box
  /** Which box of the proposal it began as. */
  from_proposal?: number
  /** How sure a model was; never in a vote. */
  score?: number
  /** How sure the crowd is; never in a vote. */
  confidence?: number
}

export type Answer =
  | { choice: number[] }
  | { boxes: AnsweredBox[] }
  | { nothing: true }
  | { pass: 'cannot_tell' | 'broken' }
  | { pass: 'skip'; reason: string }

export interface Proposal {
  id: number
  answer: Answer
  score: number | null
}

export interface DeskPicture {
  id: number
  width: number
  height: number
  thumb: string
  display: string
}

export interface DeskTask {
  id: number
  lease: number | string | null
  expires_at: string | null
  image: DeskPicture
  question: string
  kind: string
  asking: number
  proposal: Proposal | null
}

export interface Progress {
  mine_today: number
  mine: number
  open: number
  leased_by_others: number
  done: number
  total: number
}

/** Why no task came: all is answered, others hold the rest, nobody asked, no classes, practice comes first, a pause. */
export type EmptyReason = 'done' | 'leased' | 'no_tasks' | 'no_classes' | 'practice' | 'paused'

export interface VoteResult {
  key: string
  status: 'stored' | 'repeated' | 'refused'
  surplus?: boolean
  code?: string | null
  message?: string | null
  data?: unknown
}

/** One vote as the server wants it. */
export interface VoteMessage {
  key: string
  task: number
  lease?: number | string
  asking?: number
  answer: Answer
  supersedes?: string
  shown_proposal?: number
  took_ms?: number
  started?: string
}

export interface DeskRequest {
  votes: VoteMessage[]
  take: number
  release: number[]
}

export interface DeskReply {
  results: VoteResult[]
  tasks: DeskTask[]
  progress: Progress
  reason: EmptyReason | null
}

export type FailureKind = 'offline' | 'server' | 'signed_out' | 'other_user' | 'refused'

export interface Refusal {
  code: string
  message: string
  data: unknown
}

/** A request to the desk that brought no reply to act on, sorted by what the sender must do about it. */
export class DeskFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    readonly refusal: Refusal,
    /** Seconds that the server asked to be left alone. */
    readonly wait: number | null = null,
  ) {
    super(refusal.message || refusal.code)
    this.name = 'DeskFailure'
  }
}

/** The way to the server; throws DeskFailure. `user` is whose votes these are: they must not pass as another's. */
export interface Transport {
  desk(project: number, user: number, body: DeskRequest): Promise<DeskReply>
}

export function isSkip(answer: Answer): boolean {
  return 'pass' in answer && answer.pass === 'skip'
}

/** What a box says, in an order of its fields that does not depend on who wrote it. */
function plainBox(box: AnsweredBox): unknown[] {
  return [box.concept, box.box, FLAGS.filter((flag) => box[flag])]
}

/** True when two answers say the same, whatever the order of the classes. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  if ('choice' in a && 'choice' in b) {
    const other = new Set(b.choice)
    return a.choice.length === other.size && a.choice.every((id) => other.has(id))
  }
  if ('boxes' in a && 'boxes' in b)
    return JSON.stringify(a.boxes.map(plainBox)) === JSON.stringify(b.boxes.map(plainBox))
  if ('pass' in a && 'pass' in b) return a.pass === b.pass
  return 'nothing' in a && 'nothing' in b
}
