import type { ReactNode } from 'react'
import { Surface } from '@/canvas/Surface'
import type { Viewport } from '@/canvas/viewport'
import type { ClassEntry, GatheringCode } from '@/kinds/kind'
import { drawnOf, type Gathering } from '@/kinds/sketch'
import styles from './label.module.css'
import { Restored } from './Restored'
import type { AtDesk } from './useDesk'

interface Props {
  at: AtDesk
  /** The task on the screen, told to programs that read the page. */
  task: number | undefined
  code: GatheringCode | null
  sketch: Gathering | null
  classes: readonly ClassEntry[]
  /** When the draft on the screen was last changed; null where there was none, or it has been changed since. */
  restored: number | null
  onViewport: (viewport: Viewport | null) => void
  children: ReactNode
}

/** The picture to draw on, and beside it what is drawn. */
export default function DrawnStage({ at, task, code, sketch: begun, classes, restored, onViewport, children }: Props) {
  const sketch = drawnOf(begun)
  const Panel = code?.Panel
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
        {Panel && sketch && <Panel sketch={sketch} classes={classes} disabled={task === undefined} />}
      </div>
    </div>
  )
}
