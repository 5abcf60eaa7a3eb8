/**
 * The line to the server: sends the outbox in batches, in order, one request at a time, and asks for tasks in the same
 * request. Only the leading tab sends votes; every tab may take.
 */
import { DeskFailure, type DeskReply, type DeskRequest, type Transport } from './desk'
import { Emitter } from './emitter'
import type { Leader } from './leader'
import type { Outbox } from './outbox'
import type { KeptVote } from './shelf'

export const BATCH = 20
const LOOK_AHEAD = 200
const BACKOFF_MS = 1000
/** Short: people sit in front of the page. A server that needs longer says so by Retry-After. */
const BACKOFF_CAP_MS = 8_000

/** `slowed`: the server asked for a pause, because these answers come faster than people give them. */
export type LineState = 'ready' | 'offline' | 'failing' | 'slowed' | 'signed_out' | 'other_user'

/** What a label page wants from its project with the next request. */
export interface Customer {
  readonly project: number
  wants(): number
  /** Task ids to hand back; asked for once per request and returned by `gave` only when the request failed. */
  returns(): number[]
  gave(reply: DeskReply, asked: DeskRequest): void
  failed(failure: DeskFailure, asked: DeskRequest): void
}

export interface Clock {
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
  random(): number
}

const realClock: Clock = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: Math.random,
}

export class Line extends Emitter {
  state: LineState = 'ready'
  private customer: Customer | null = null
  private running: Promise<void> | null = null
  private again = false
  private stopped = false
  private failures = 0
  private limit = BATCH
  private timer: unknown = null
  private unsubscribe: (() => void)[]

  constructor(
    readonly outbox: Outbox,
    private readonly leader: Leader,
    private readonly transport: Transport,
    private readonly clock: Clock = realClock,
  ) {
    super()
    this.unsubscribe = [leader.subscribe(() => this.kick()), outbox.subscribe(() => this.noticed())]
    leader.start()
  }

  attach(customer: Customer): () => void {
    this.customer = customer
    this.kick()
    return () => {
      if (this.customer === customer) this.customer = null
    }
  }

  /** Sends now if nothing forbids it; returns when the line is quiet again. */
  kick(): Promise<void> {
    if (this.stopped || this.state === 'signed_out' || this.state === 'other_user') return Promise.resolve()
    if (this.running) {
      this.again = true
      return this.running
    }
    if (this.timer !== null) return Promise.resolve()
    this.running = this.turns().finally(() => {
      this.running = null
    })
    return this.running
  }

  /** The network is back, or the person signed in again: no more waiting. */
  resume(): Promise<void> {
    this.calm()
    this.setState('ready')
    return this.kick()
  }

  /** Sends what waits and returns how many still do. */
  async flush(): Promise<number> {
    await this.resume()
    await this.outbox.recount()
    return this.outbox.counts.waiting
  }

  stop(): void {
    this.stopped = true
    this.calm()
    for (const off of this.unsubscribe) off()
    this.leader.stop()
  }

  /** Votes written in a tab that does not lead are told to the leader by the outbox. */
  private noticed(): void {
    if (this.outbox.counts.waiting > 0) void this.kick()
  }

  private async turns(): Promise<void> {
    let more = true
    while (more && !this.stopped) {
      this.again = false
      more = (await this.turn()) || this.again
      if (this.timer !== null || this.state === 'signed_out' || this.state === 'other_user') return
    }
  }

  /** One request; true when another should follow at once. */
  private async turn(): Promise<boolean> {
    const leads = await this.leader.confirm()
    const all = leads ? await this.outbox.waiting(LOOK_AHEAD) : []
    const customer = this.customer
    const take = customer?.wants() ?? 0
    const own = all.filter((vote) => vote.project === customer?.project)
    const release = customer && (own.length > 0 || take > 0 || all.length === 0) ? customer.returns() : []
    const served = own.length > 0 || take > 0 || release.length > 0 ? customer : null
    const project = served?.project ?? all[0]?.project
    if (project === undefined) return false
    const votes = all.filter((vote) => vote.project === project).slice(0, this.limit)
    const messages = await Promise.all(votes.map((vote) => this.outbox.message(vote)))
    const body: DeskRequest = { votes: messages, take: served ? take : 0, release }
    return this.exchange(project, votes, body, served)
  }

  private async exchange(
    project: number,
    votes: KeptVote[],
    body: DeskRequest,
    served: Customer | null,
  ): Promise<boolean> {
    let reply: DeskReply
    try {
      reply = await this.transport.desk(project, this.outbox.user, body)
    } catch (error) {
      const failure = asFailure(error)
      served?.failed(failure, body)
      return this.cope(failure, votes)
    }
    this.failures = 0
    this.limit = BATCH
    const answered = await this.outbox.settle(votes, reply.results)
    served?.gave(reply, body)
    if (answered < votes.length) {
      this.backOff(null)
      return false
    }
    this.setState('ready')
    return votes.length > 0
  }

  /** True when the same votes should be tried again at once in another form. */
  private async cope(failure: DeskFailure, votes: KeptVote[]): Promise<boolean> {
    if (failure.kind === 'signed_out' || failure.kind === 'other_user') {
      this.setState(failure.kind)
      return false
    }
    if (failure.kind !== 'refused') {
      this.setState(failure.kind === 'offline' ? 'offline' : failure.status === 429 ? 'slowed' : 'failing')
      this.backOff(failure.wait)
      return false
    }
    if (votes.length === 0) return false
    const whole = failure.status === 403 || failure.status === 404
    if (votes.length > 1 && !whole) {
      this.limit = Math.ceil(votes.length / 2)
      return true
    }
    await this.outbox.refuse(votes, failure.refusal)
    this.limit = BATCH
    return true
  }

  private backOff(seconds: number | null): void {
    const grown = Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** this.failures)
    this.failures += 1
    const wait = seconds === null ? grown * (0.5 + this.clock.random() / 2) : seconds * 1000
    this.timer = this.clock.set(() => {
      this.timer = null
      void this.kick()
    }, wait)
  }

  private calm(): void {
    if (this.timer !== null) this.clock.clear(this.timer)
    this.timer = null
    this.failures = 0
  }

  private setState(state: LineState): void {
    if (this.state === state) return
    this.state = state
    this.emit()
  }
}

function asFailure(error: unknown): DeskFailure {
  if (error instanceof DeskFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new DeskFailure('offline', 0, { code: 'offline', message, data: null })
}
