import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Size } from '@/geometry/points'
import type { Mark, Sketch } from '@/kinds/sketch'
import { LOUPE_SIDE } from './insets'
import { Looking } from './Looking'
import { keptLight } from './light'
import { Pointers } from './pointers'
import type { Pyramid } from './pyramid'
import styles from './Surface.module.css'
import { Viewport } from './viewport'

export interface SurfaceProps {
  /** Tells each picture in the moment in which it is to be seen, and the present one at once. */
  onShow: (listener: (picture: Pyramid | null) => void) => () => void
  onResize?: (stage: Size) => void
  /** The viewport, for the keys of looking; null when the surface goes. */
  onViewport: (viewport: Viewport | null) => void
  sketch: Sketch | null
  /** Lies faintly behind what is worked on. */
  behind?: readonly Mark[]
  children?: ReactNode
}

const NONE: readonly Mark[] = []

/** A picture to draw on. */
export function Surface({ onShow, onResize, onViewport, sketch, behind = NONE, children }: SurfaceProps) {
  const { t } = useTranslation('box')
  const stage = useRef<HTMLElement>(null)
  const gamma = useId()
  const [tools, setTools] = useState<{ viewport: Viewport; pointers: Pointers } | null>(null)
  const latest = useRef({ onShow, onResize, onViewport })

  useEffect(() => {
    const place = stage.current
    if (!place) return
    const viewport = new Viewport(layersIn(place))
    const pointers = new Pointers(place, viewport)
    const { onShow: shows, onResize: resized, onViewport: tell } = latest.current
    viewport.setLight(keptLight())
    const measure = () => {
      if (!viewport.measure()) return
      resized?.({ width: viewport.stage.width * viewport.ratio, height: viewport.stage.height * viewport.ratio })
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(place)
    const off = shows((picture) => viewport.show(picture))
    setTools({ viewport, pointers })
    tell(viewport)
    return () => {
      off()
      watch.disconnect()
      pointers.stop()
      viewport.stop()
      tell(null)
    }
  }, [])

  useEffect(() => tools?.viewport.follow(sketch, behind), [tools, sketch, behind])

  return (
    <section ref={stage} className={styles.stage} aria-label={t('stage')} data-surface={sketch ? 'ready' : 'waiting'}>
      <div className={styles.stack} data-layer="stack">
        <canvas data-layer="picture" />
        <canvas data-layer="marks" />
      </div>
      <svg className={styles.hand} data-layer="hand" aria-hidden>
        <title>{t('hand')}</title>
        <filter id={gamma} data-layer="gamma" colorInterpolationFilters="sRGB">
          <feComponentTransfer>
            <feFuncR type="gamma" exponent={1} />
            <feFuncG type="gamma" exponent={1} />
            <feFuncB type="gamma" exponent={1} />
          </feComponentTransfer>
        </filter>
      </svg>
      <div className={styles.across} data-layer="across" hidden />
      <div className={styles.down} data-layer="down" hidden />
      <canvas className={styles.loupe} data-layer="loupe" width={LOUPE_SIDE} height={LOUPE_SIDE} hidden />
      <canvas className={styles.map} data-layer="map" role="img" aria-label={t('view.map')} hidden />
      {tools && <Looking viewport={tools.viewport} pointers={tools.pointers} />}
      <div data-over>{children}</div>
    </section>
  )
}

function layersIn(stage: HTMLElement) {
  const layer = <T extends Element>(name: string) => {
    const found = stage.querySelector(`[data-layer="${name}"]`)
    if (!found) throw new Error(`the surface has no layer ${name}`)
    return found as T
  }
  return {
    stage,
    stack: layer<HTMLElement>('stack'),
    picture: layer<HTMLCanvasElement>('picture'),
    marks: layer<HTMLCanvasElement>('marks'),
    hand: layer<SVGSVGElement>('hand'),
    across: layer<HTMLElement>('across'),
    down: layer<HTMLElement>('down'),
    map: layer<HTMLCanvasElement>('map'),
    loupe: layer<HTMLCanvasElement>('loupe'),
    gamma: layer<SVGFilterElement>('gamma'),
  }
}
