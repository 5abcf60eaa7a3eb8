import { useSyncExternalStore } from 'react'
import { Emitter } from '@/store/emitter'
import type { Uploads } from './uploads'

export interface Sending {
  bid: number
  uploads: Uploads
  /** Everything has been sent, and the delivery was closed. */
  sent: boolean
}

/**
 * What this tab is sending, by project: it goes on while other pages are looked at, and is found again on return.
 * As long as anything is being sent, the browser asks before the tab is closed.
 */
class Sendings extends Emitter {
  private readonly byProject = new Map<number, Sending>()

  of = (pid: number): Sending | null => this.byProject.get(pid) ?? null

  put(pid: number, sending: Sending): void {
    this.byProject.set(pid, sending)
    this.changed()
  }

  remove(pid: number): void {
    this.byProject.delete(pid)
    this.changed()
  }

  private changed(): void {
    const running = [...this.byProject.values()].some(({ sent }) => !sent)
    window.removeEventListener('beforeunload', askFirst)
    window.removeEventListener('online', this.tryNow)
    if (running) {
      window.addEventListener('beforeunload', askFirst)
      window.addEventListener('online', this.tryNow)
    }
    this.emit()
  }

  private tryNow = (): void => {
    for (const { uploads } of this.byProject.values()) uploads.tryNow()
  }
}

function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

export const sendings = new Sendings()

export function useSending(pid: number): Sending | null {
  return useSyncExternalStore(sendings.subscribe, () => sendings.of(pid))
}
