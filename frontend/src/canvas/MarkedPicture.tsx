import { useEffect, useRef } from 'react'
import type { Size } from '@/geometry/points'
import type { Mark } from '@/kinds/sketch'
import styles from './MarkedPicture.module.css'
import { paintMarks } from './paint'

interface Props {
  src: string
  alt: string
  /** Of the upright picture: what the marks are measured in. */
  size: Size
  marks: readonly Mark[]
}

/** A picture with what was drawn on it, to be looked at. */
export function MarkedPicture({ src, alt, size, marks }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height } = size
  useEffect(() => {
    const place = canvas.current
    if (!place) return
    const draw = () => {
      const stage = { width: place.clientWidth, height: place.clientHeight }
      const ratio = devicePixelRatio || 1
      place.width = Math.round(stage.width * ratio)
      place.height = Math.round(stage.height * ratio)
      const context = place.getContext('2d')
      // Fitted as `object-fit: contain` fits the picture below, however small it is.
      const scale = Math.min(stage.width / width, stage.height / height)
      const view = { scale, x: (stage.width - width * scale) / 2, y: (stage.height - height * scale) / 2 }
      if (context && stage.width > 0) paintMarks(context, marks, { view, stage, ratio })
    }
    draw()
    const watch = new ResizeObserver(draw)
    watch.observe(place)
    return () => watch.disconnect()
  }, [marks, width, height])
  return (
    <div className={styles.marked}>
      <img src={src} alt={alt} draggable={false} />
      <canvas ref={canvas} aria-hidden data-marks={marks.length} />
    </div>
  )
}
