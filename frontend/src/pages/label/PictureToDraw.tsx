import { type ReactNode, useEffect, useRef } from 'react'
import { close, type Pyramid, pyramidOf } from '@/canvas/pyramid'
import { Surface } from '@/canvas/Surface'
import type { Viewport } from '@/canvas/viewport'
import type { ClassEntry, GatheringCode } from '@/kinds/kind'
import { drawnOf, type Gathering, type Mark } from '@/kinds/sketch'
import type { DeskPicture } from '@/store/desk'
import styles from './label.module.css'
import { wholeOf } from './pictures'

interface Props {
  image: DeskPicture
  code: GatheringCode | null
  sketch: Gathering | null
  classes: readonly ClassEntry[]
  behind?: readonly Mark[]
  onViewport: (viewport: Viewport | null) => void
  children?: ReactNode
}

/** One picture, fetched here, to draw on outside the desk's queue; beside it what is drawn. */
export default function PictureToDraw({ image, code, sketch: begun, classes, behind, onViewport, children }: Props) {
  const sketch = drawnOf(begun)
  const Panel = code?.Panel
  const show = useRef<(picture: Pyramid | null) => void>(() => undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a picture is told apart by its id
  useEffect(() => {
    let here = true
    let made: Pyramid | null = null
    const fetched = async () => {
      const reply = await fetch(image.display, { credentials: 'same-origin' })
      if (!reply.ok) return
      const pyramid = await pyramidOf(await createImageBitmap(await reply.blob()), image, null, wholeOf(image))
      made = pyramid
      if (here) show.current(pyramid)
      else close(pyramid)
    }
    fetched().catch(() => here && show.current(null))
    return () => {
      here = false
      show.current(null)
      if (made) close(made)
    }
  }, [image.id])
  return (
    <div className={styles.drawn}>
      <Surface
        onShow={(listener) => {
          show.current = listener
          return () => {
            show.current = () => undefined
          }
        }}
        onViewport={onViewport}
        sketch={sketch}
        behind={behind}
      >
        {children}
      </Surface>
      <div className={styles.side}>
        {Panel && sketch && <Panel sketch={sketch} classes={classes} disabled={false} />}
      </div>
    </div>
  )
}
