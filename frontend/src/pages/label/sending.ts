import { makeLeader } from '@/store/leader'
import { Line } from '@/store/line'
import { Outbox } from '@/store/outbox'
import { DatabaseShelf, MemoryShelf, openShelfDatabase, type ShelfDatabase } from '@/store/shelf'
import { transport } from './transport'

export interface Sender {
  outbox: Outbox
  line: Line
}

const ASKED = 'fovea.persist'

let present: { user: number; sender: Promise<Sender>; stop: () => void } | null = null

async function openOrNot(): Promise<ShelfDatabase | null> {
  try {
    return await openShelfDatabase()
  } catch {
    return null
  }
}

/** Asks the browser, once on a device, not to clear what waits; on plain http there is nobody to ask. */
function askToKeep(): void {
  try {
    if (localStorage.getItem(ASKED)) return
    localStorage.setItem(ASKED, '1')
    void (navigator.storage as StorageManager | undefined)?.persist?.().catch(() => false)
  } catch {
    // A browser that forbids local storage will not promise to keep anything else.
  }
}

async function begin(user: number): Promise<Sender> {
  const db = await openOrNot()
  const outbox = new Outbox(user, db ? new DatabaseShelf(db) : new MemoryShelf())
  await outbox.recount()
  const line = new Line(outbox, makeLeader(db, user), transport)
  if (db) askToKeep()
  return { outbox, line }
}

/** The one outbox and line of this tab for this person; another person's line is stopped first. */
export function senderFor(user: number): Promise<Sender> {
  if (present?.user === user) return present.sender
  present?.stop()
  const sender = begin(user)
  const wake = () => void sender.then(({ line }) => line.resume())
  const look = () => {
    if (document.visibilityState === 'visible')
      void sender.then(({ outbox, line }) => outbox.recount().then(() => line.kick()))
  }
  addEventListener('online', wake)
  document.addEventListener('visibilitychange', look)
  const stop = () => {
    removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', look)
    void sender.then(({ outbox, line }) => {
      line.stop()
      outbox.close()
    })
  }
  present = { user, sender, stop }
  return sender
}

/** Sends what this person still has here and gives the number of votes that could not be sent: for signing out. */
export async function sendPending(user: number): Promise<number> {
  const { line } = await senderFor(user)
  return line.flush()
}
