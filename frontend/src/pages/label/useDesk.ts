import { useEffect, useState } from 'react'
import type { Pyramid } from '@/canvas/pyramid'
import { Labeling } from '@/store/labeling'
import { Pool } from '@/store/pool'
import { begunTasks } from './begun'
import { bitmapSource, STRETCH, type Stage } from './pictures'
import { afterFrame } from './quiet'
import { type Sender, senderFor } from './sending'
import { release } from './transport'

export type Desk = Labeling<Blob, Pyramid>

export interface AtDesk {
  desk: Desk
  sender: Sender
  /** The stage changed its size: pictures ahead are decoded for the new one. */
  resized: (stage: Stage) => void
}

interface Place {
  project: number
  user: number
  showProposals: boolean
  /** Pictures will be zoomed into. */
  deep: boolean
  /** Answers are put together, and kept while they are. */
  drafts: boolean
}

const NOTHING_BEGUN: ReadonlySet<string> = new Set()
const NOWHERE: Place = { project: 0, user: 0, showProposals: false, deep: false, drafts: false }

function open(place: Place, sender: Sender, begun: ReadonlySet<string>): AtDesk {
  let stage: Stage = {
    width: Math.round(innerWidth * devicePixelRatio),
    height: Math.round(innerHeight * devicePixelRatio),
  }
  const pool = new Pool(bitmapSource(() => stage, place.deep))
  const desk: Desk = new Labeling({
    project: place.project,
    showProposals: place.showProposals,
    begun,
    outbox: sender.outbox,
    line: sender.line,
    pool,
    around: {
      now: () => performance.now(),
      later: afterFrame,
      set: (run, ms) => setTimeout(run, ms),
      clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    },
  })
  const resized = (next: Stage) => {
    const grown = next.width > stage.width * STRETCH || next.height > stage.height * STRETCH
    stage = next
    if (grown) pool.redecode()
  }
  return { desk, sender, resized }
}

/** Sits this person down at the project's desk; what was leased and not answered is handed back on leaving. */
export function useDesk(place: Place | null): AtDesk | null {
  const [at, setAt] = useState<AtDesk | null>(null)
  const { project, user, showProposals, deep, drafts } = place ?? NOWHERE
  useEffect(() => {
    if (project === 0) return
    let sat: AtDesk | null = null
    let left = false
    const leave = () => {
      sat?.desk.leave((tasks) => release(project, user, tasks))
      sat = null
    }
    const look = () => {
      if (document.visibilityState === 'visible') sat?.desk.look()
    }
    // A page that the browser kept and shows again has given its leases back: it begins anew.
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) location.reload()
    }
    senderFor(user).then(async (sender) => {
      const begun = drafts ? await begunTasks(user, project) : NOTHING_BEGUN
      if (left) return
      const here = open({ project, user, showProposals, deep, drafts }, sender, begun)
      sat = here
      setAt(here)
      await here.desk.start()
    })
    addEventListener('pagehide', leave)
    addEventListener('pageshow', shown)
    document.addEventListener('visibilitychange', look)
    return () => {
      left = true
      removeEventListener('pagehide', leave)
      removeEventListener('pageshow', shown)
      document.removeEventListener('visibilitychange', look)
      leave()
      setAt(null)
    }
  }, [project, user, showProposals, deep, drafts])
  return at
}
