/** For tests: a desk that keeps votes as the real one promises to, and a road to it that can be broken on purpose. */
import {
  DeskFailure,
  type DeskReply,
  type DeskRequest,
  type DeskTask,
  type Transport,
  type VoteMessage,
  type VoteResult,
} from './desk'

export type Fate = 'arrives' | 'dropped' | 'reply_lost' | DeskFailure

export function makeTask(id: number, change: Partial<DeskTask> = {}): DeskTask {
  return {
    id,
    lease: id * 10,
    expires_at: null,
    image: { id: id + 1000, width: 40, height: 30, thumb: `/thumb/${id}`, display: `/display/${id}` },
    question: 'label',
    kind: 'choice',
    asking: 1,
    proposal: null,
    ...change,
  }
}

export function failure(kind: DeskFailure['kind'], status: number, code = kind as string): DeskFailure {
  return new DeskFailure(kind, status, { code, message: '', data: null })
}

export class FakeServer implements Transport {
  readonly votes = new Map<string, VoteMessage & { user: number; project: number }>()
  readonly requests: DeskRequest[] = []
  readonly released: number[] = []
  repeated = 0
  tasks: DeskTask[] = []
  reason: DeskReply['reason'] = 'done'
  /** Whose session the browser holds. */
  signedIn: number | null = 7
  fate: () => Fate = () => 'arrives'
  refuses: (vote: VoteMessage) => string | null = () => null

  async desk(project: number, user: number, body: DeskRequest): Promise<DeskReply> {
    this.requests.push(body)
    const fate = this.fate()
    await Promise.resolve()
    if (fate === 'dropped') throw failure('offline', 0)
    if (fate instanceof DeskFailure) throw fate
    if (this.signedIn === null) throw failure('signed_out', 401)
    if (this.signedIn !== user) throw failure('other_user', 409)
    this.released.push(...body.release)
    const results = body.votes.map((vote) => this.store(vote, user, project))
    if (fate === 'reply_lost') throw failure('offline', 0)
    const tasks = this.tasks.splice(0, body.take)
    return {
      results,
      tasks,
      progress: {
        mine_today: this.votes.size,
        mine: this.votes.size,
        open: this.tasks.length,
        leased_by_others: 0,
        done: this.votes.size,
        total: this.votes.size + this.tasks.length,
      },
      reason: body.take > 0 && tasks.length === 0 ? this.reason : null,
    }
  }

  private store(vote: VoteMessage, user: number, project: number): VoteResult {
    const code = this.refuses(vote)
    if (code) return { key: vote.key, status: 'refused', code, message: `no: ${code}`, data: { task: vote.task } }
    if (this.votes.has(vote.key)) {
      this.repeated += 1
      return { key: vote.key, status: 'repeated', surplus: false }
    }
    this.votes.set(vote.key, { ...vote, user, project })
    return { key: vote.key, status: 'stored', surplus: false }
  }
}
