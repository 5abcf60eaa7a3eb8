import type { ReactNode } from 'react'
import { Surface } from '@/canvas/Surface'
import type { Viewport } from '@/canvas/viewport'
import type { ClassEntry, DrawnCode } from '@/kinds/kind'
import type { Sketch } from '@/kinds/sketch'
import styles from './label.module.css'
import { Restored } from './Restored'
import type { AtDesk } from './useDesk'

interface Props {
  at: AtDesk
  /** The task on the screen, told to programs that read the page. */
  task: number | undefined
  code: DrawnCode | null
  sketch: Sketch | null
  classes: readonly ClassEntry[]
  /** When the draft on the screen was last changed; null where there was none, or it has been changed since. */
  restored: number | null
  onViewport: (viewport: Viewport | null) => void
  children: ReactNode
}

/** The picture to draw on, and beside it what is drawn. */
export default function DrawnStage({ at, task, code, sketch, classes, restored, onViewport, children }: Props) {
  return (
    <div className={styles.drawn} data-task={task}>
      <Surface
        onShow={(listener) => at.desk.onShow(listener)}
        onResize={at.resized}
        onViewport={onViewport}
        sketch={sketch}
      >
        {children}
        <Restored sketch={sketch} at={restored} />
      </Surface>
      <div className={styles.side}>
        {code && sketch && <code.Panel sketch={sketch} classes={classes} disabled={task === undefined} />}
      </div>
    </div>
  )
}
