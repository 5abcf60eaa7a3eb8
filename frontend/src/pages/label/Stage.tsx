import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './label.module.css'
import { paint } from './pictures'
import type { AtDesk } from './useDesk'

interface Props {
  at: AtDesk | null
  /** The task on the screen, told to programs that read the page. */
  task: number | undefined
  children?: ReactNode
}

/** The picture, drawn straight on a canvas in the moment in which the desk moves on. */
export function Stage({ at, task, children }: Props) {
  const { t } = useTranslation('label')
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = useRef<ImageBitmap | null>(null)

  useEffect(() => {
    const place = canvas.current
    if (!place || !at) return
    const measure = () => {
      const width = Math.round(place.clientWidth * devicePixelRatio)
      const height = Math.round(place.clientHeight * devicePixelRatio)
      if (width === place.width && height === place.height) return
      place.width = width
      place.height = height
      paint(place, picture.current)
      at.resized({ width, height })
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(place)
    const off = at.desk.onShow((next) => {
      picture.current = next?.levels[0]?.bitmap ?? null
      paint(place, picture.current)
    })
    return () => {
      off()
      watch.disconnect()
    }
  }, [at])

  return (
    <section className={styles.stage} aria-label={t('stage.title')} data-task={task}>
      <canvas ref={canvas} className={styles.canvas} role="img" aria-label={t('stage.picture')} />
      {children}
    </section>
  )
}
