/**
 * One person at one project's desk: what is on the screen, and what an answer, an undo or a reply does to it.
 * The picture to draw is told at once; everything else that a page shows is told when it has been seen.
 */
import { clientKey } from './clientKey'
import {
  type Answer,
  type DeskFailure,
  type DeskReply,
  type DeskRequest,
  type DeskTask,
  type EmptyReason,
  type Progress,
  type Proposal,
  sameAnswer,
} from './desk'
import { Emitter } from './emitter'
import * as past from './history'
import type { Customer, Line } from './line'
import type { Outbox } from './outbox'
import { type Pool, type SlotState, turnOf } from './pool'

const QUIET_MS = 15_000

export interface DeskView {
  readonly task: DeskTask | null
  /** The answer given earlier, when undo brought this task back. */
  readonly revisited: past.Entry | null
  readonly picture: SlotState
  readonly proposal: Proposal | null
  readonly progress: Progress | null
  /** Why nothing came with the last request. */
  readonly reason: EmptyReason | null
  /** False until the first reply. */
  readonly asked: boolean
  /** The last refusal of a request for tasks, until one succeeds. */
  readonly failure: DeskFailure | null
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** Answers given since the page opened. */
  readonly count: number
}

export interface Surroundings {
  /** Milliseconds that only grow. */
  now(): number
  /** Runs when the frame that is being made has been shown. */
  later(run: () => void): void
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

const START: DeskView = {
  task: null,
  revisited: null,
  picture: 'loading',
  proposal: null,
  progress: null,
  reason: null,
  asked: false,
  failure: null,
  canUndo: false,
  canRedo: false,
  count: 0,
}

export interface LabelingParts<Bytes, Picture> {
  project: number
  showProposals: boolean
  /** Tasks that were begun here and not handed in, as `turnOf` names them: they come first. */
  begun: ReadonlySet<string>
  outbox: Outbox
  line: Line
  pool: Pool<Bytes, Picture>
  around: Surroundings
}

export class Labeling<Bytes, Picture> extends Emitter implements Customer {
  view: DeskView = START
  private history = past.EMPTY
  private answered = new Set<string>()
  private shows = new Set<(picture: Picture | null) => void>()
  private drawn: { turn: string | null; picture: Picture | null } = { turn: null, picture: null }
  private shownAt = 0
  private startedAt = ''
  /** The answer is on its way to the device, and what comes after it is drawn already. */
  private ahead: { task: DeskTask | null } | null = null
  private telling = false
  private quietUntil = 0
  private poll: unknown = null
  private offs: (() => void)[] = []
  /** Where leases go once this desk was left. */
  private handBack: ((tasks: number[]) => void) | null = null

  constructor(private readonly parts: LabelingParts<Bytes, Picture>) {
    super()
  }

  get project(): number {
    return this.parts.project
  }

  /** Begins to ask for tasks; what waits in the outbox is not shown again. */
  async start(): Promise<void> {
    const { outbox, pool, line } = this.parts
    for (const vote of await outbox.waiting()) {
      if (vote.project === this.project) this.answered.add(turnOf({ id: vote.task, asking: vote.asking }))
    }
    if (this.handBack) return
    this.offs = [
      pool.subscribe(() => this.update({})),
      outbox.onAnsweredElsewhere((task) => pool.drop(task)),
      line.attach(this),
    ]
  }

  /** Stops asking; tells `handBack` whose leases should be given back, now and when a request under way is answered. */
  leave(handBack: (tasks: number[]) => void): void {
    this.handBack = handBack
    for (const off of this.offs) off()
    this.offs = []
    if (this.poll !== null) this.parts.around.clear(this.poll)
    const ids = this.parts.pool.unanswered()
    this.parts.pool.shutDown()
    handBack(ids)
  }

  /** Calls `listener` in the same moment as the picture on the screen should change. */
  onShow(listener: (picture: Picture | null) => void): () => void {
    this.shows.add(listener)
    listener(this.drawn.picture)
    return () => {
      this.shows.delete(listener)
    }
  }

  /**
   * Hands the answer to the device and draws the next picture in the same moment; the page is told of neither before
   * the answer is kept. False when there was nothing to answer: no task, a picture not yet seen, or an answer that is
   * still being written.
   */
  async answer(answer: Answer): Promise<boolean> {
    const { task, revisited, picture } = this.view
    const blind = 'pass' in answer && answer.pass !== 'cannot_tell'
    if (!task || this.ahead || (picture !== 'ready' && !blind)) return false
    if (revisited && sameAnswer(revisited.answer, answer)) {
      this.move(past.toNewest(this.history))
      return true
    }
    const { outbox, pool, line, around } = this.parts
    const entry = { task, key: clientKey(), answer }
    // Whatever follows from the answer would delay the picture: it waits until that has been shown.
    const shown = new Promise<void>((resolve) => around.later(resolve))
    // The device has the answer before anything is drawn: it keeps it even if this page were to end now.
    const kept = outbox.add(this.vote(entry, revisited), shown)
    this.drawAfter(entry, revisited)
    try {
      await kept
    } catch (problem) {
      this.ahead = null
      this.update({})
      throw problem
    }
    this.ahead = null
    this.answered.add(turnOf(task))
    this.history = past.record(this.history, entry)
    if (!revisited && pool.current?.id === task.id) pool.advance()
    if (pool.length === 0) this.quietUntil = 0
    this.work({ count: this.view.count + 1 })
    this.emit()
    void line.kick()
    return true
  }

  /** Draws what comes when this answer is given. */
  private drawAfter(entry: past.Entry, revisited: past.Entry | null): void {
    const { pool } = this.parts
    const again = past.shown(past.record(this.history, entry))
    this.ahead = { task: again?.task ?? (revisited ? pool.current : pool.following) }
    this.show(this.ahead.task)
  }

  undo(): void {
    this.move(past.undo(this.history))
  }

  redo(): void {
    this.move(past.redo(this.history))
  }

  toNewest(): void {
    this.move(past.toNewest(this.history))
  }

  /** Shows a task that was answered before this page opened, or whose vote was refused. */
  revisit(entry: past.Entry): void {
    this.move(past.bringBack(this.history, entry))
  }

  /** Tries the picture on the screen once more. */
  retryPicture(): void {
    if (this.view.task) this.parts.pool.want(this.view.task)
    this.update({})
  }

  /** Asks for tasks now, as when the person comes back to the page. */
  look(): void {
    this.quietUntil = 0
    this.parts.pool.dropStale()
    void this.parts.line.kick()
  }

  wants(): number {
    return this.parts.around.now() < this.quietUntil ? 0 : this.parts.pool.wants()
  }

  returns(): number[] {
    return this.parts.pool.returns()
  }

  gave(reply: DeskReply, asked: DeskRequest): void {
    if (this.handBack) {
      this.handBack(reply.tasks.map((task) => task.id))
      return
    }
    const before = this.parts.pool.length
    if (this.view.failure) this.parts.pool.retryFailed()
    this.parts.pool.offer(this.begunFirst(reply.tasks), this.answered)
    if (asked.take > 0) {
      if (this.parts.pool.length === before) this.rest()
      else this.quietUntil = 0
    }
    const reason = asked.take > 0 ? reply.reason : this.view.reason
    this.update({ progress: reply.progress, reason, asked: this.view.asked || asked.take > 0, failure: null })
  }

  private begunFirst(tasks: DeskTask[]): DeskTask[] {
    const begun = (task: DeskTask) => this.parts.begun.has(turnOf(task))
    return [...tasks.filter(begun), ...tasks.filter((task) => !begun(task))]
  }

  failed(failure: DeskFailure, asked: DeskRequest): void {
    if (this.handBack) {
      this.handBack(asked.release)
      return
    }
    this.parts.pool.putBackReturns(asked.release)
    if (failure.kind === 'refused' && asked.votes.length === 0) this.rest()
    this.update({ failure })
  }

  /** Nothing new came: asks again after a while, not in a loop. */
  private rest(): void {
    const { around, line } = this.parts
    this.quietUntil = around.now() + QUIET_MS
    if (this.poll !== null) around.clear(this.poll)
    this.poll = around.set(() => {
      this.poll = null
      void line.kick()
    }, QUIET_MS + 50)
  }

  private vote({ key, task, answer }: past.Entry, revisited: past.Entry | null) {
    const seen = this.view.picture === 'ready'
    return {
      key,
      project: this.project,
      task: task.id,
      lease: revisited ? null : task.lease,
      asking: task.asking,
      payload: answer,
      shown: this.proposalOf(task)?.id ?? null,
      supersedes: revisited?.key ?? null,
      started: seen ? this.startedAt : new Date().toISOString(),
      took_ms: seen ? Math.round(this.parts.around.now() - this.shownAt) : 0,
      about: task,
    }
  }

  private proposalOf(task: DeskTask | null): Proposal | null {
    return this.parts.showProposals ? (task?.proposal ?? null) : null
  }

  private move(history: past.History): void {
    this.history = history
    const entry = past.shown(history)
    if (entry) this.parts.pool.want(entry.task)
    this.update({})
  }

  /** Works out the view, draws if the picture changed, and tells the page when the frame is out. */
  private update(change: Partial<DeskView>): void {
    this.work(change)
    this.tell()
  }

  private work(change: Partial<DeskView>): void {
    const { pool } = this.parts
    const entry = past.shown(this.history)
    const task = entry?.task ?? pool.current
    this.view = {
      ...this.view,
      ...change,
      task,
      revisited: entry,
      picture: task ? pool.state(task) : 'loading',
      proposal: this.proposalOf(task),
      canUndo: past.canUndo(this.history),
      canRedo: past.canRedo(this.history),
    }
    this.show(this.ahead ? this.ahead.task : task)
  }

  private show(task: DeskTask | null): void {
    const picture = task ? this.parts.pool.picture(task) : null
    const turn = task ? turnOf(task) : null
    if (turn === this.drawn.turn && picture === this.drawn.picture) return
    const fresh = turn !== this.drawn.turn || this.drawn.picture === null
    this.drawn = { turn, picture }
    for (const show of this.shows) show(picture)
    if (picture !== null && fresh) {
      this.shownAt = this.parts.around.now()
      this.startedAt = new Date().toISOString()
    }
  }

  private tell(): void {
    if (this.telling) return
    this.telling = true
    this.parts.around.later(() => {
      this.telling = false
      this.emit()
    })
  }
}
