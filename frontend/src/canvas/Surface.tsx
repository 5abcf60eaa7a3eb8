import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Size } from '@/geometry/points'
import type { Mark, Sketch } from '@/kinds/sketch'
import { LOUPE_SIDE } from './insets'
import { AS_IS, isAsIs, keepLight, keptLight, type Light } from './light'
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
const NOTHING = () => () => undefined

/** A picture to draw on. */
export function Surface({ onShow, onResize, onViewport, sketch, behind = NONE, children }: SurfaceProps) {
  const { t } = useTranslation('box')
  const stage = useRef<HTMLElement>(null)
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
  }
}

/** The few buttons of looking, over a corner of the picture; the light is a chip as long as it is not as it was. */
function Looking({ viewport, pointers }: { viewport: Viewport; pointers: Pointers }) {
  const { t } = useTranslation('box')
  const scale = useSyncExternalStore(viewport.subscribe, () => Math.round(viewport.view.scale * viewport.ratio * 100))
  const light = useSyncExternalStore(viewport.subscribe, () => viewport.light)
  const [open, setOpen] = useState(false)
  const [finger, setFinger] = useState(false)
  const touches = useSyncExternalStore(NOTHING, () => navigator.maxTouchPoints > 0)
  useEffect(() => keepLight(light), [light])
  const set = (change: Partial<Light>) => viewport.setLight({ ...light, ...change })
  return (
    <div className={styles.looking} data-over onMouseDown={(event) => event.button === 0 && keepKeys(event)}>
      {touches && (
        <button
          type="button"
          aria-pressed={finger}
          onClick={() => {
            pointers.fingerDraws = !finger
            setFinger(!finger)
          }}
        >
          {t('view.finger')}
        </button>
      )}
      <button type="button" onClick={() => viewport.whole()} aria-keyshortcuts="F">
        {t('view.fit')}
      </button>
      <button type="button" onClick={() => viewport.full()} aria-keyshortcuts="Z">
        {t('view.full')}
      </button>
      <span className={styles.zoom}>{t('view.zoom', { percent: scale })}</span>
      <button
        type="button"
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        aria-label={t('view.adjust')}
        data-lit={!isAsIs(light) || undefined}
      >
        ◐{!isAsIs(light) && ` ${light.brightness} / ${light.contrast}`}
      </button>
      {open && (
        <div className={styles.light}>
          {(['brightness', 'contrast'] as const).map((what) => (
            <label key={what}>
              {t(`view.${what}`)}
              <input
                type="range"
                min={30}
                max={300}
                step={10}
                value={light[what]}
                onChange={(event) => set({ [what]: Number(event.target.value) })}
              />
            </label>
          ))}
          <label className={styles.grey}>
            <input type="checkbox" checked={light.grey} onChange={(event) => set({ grey: event.target.checked })} />
            {t('view.grey')}
          </label>
          <button type="button" onClick={() => set(AS_IS)}>
            {t('view.reset')}
          </button>
        </div>
      )}
    </div>
  )
}

/** A click on a button must not take the keyboard away from the picture; a slider needs its own. */
function keepKeys(event: React.MouseEvent): void {
  if (event.target instanceof Element && !event.target.closest('input')) event.preventDefault()
}
