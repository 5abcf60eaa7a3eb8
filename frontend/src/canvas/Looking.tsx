import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { AS_IS, changed, isAsIs, keepLight, LEAST, type Light, MOST, PARTS } from './light'
import type { Pointers } from './pointers'
import styles from './Surface.module.css'
import type { Viewport } from './viewport'

interface Props {
  viewport: Viewport
  pointers: Pointers
}

const NOTHING = () => () => undefined

/** The few buttons of looking, over a corner of the picture. */
export function Looking({ viewport, pointers }: Props) {
  const { t } = useTranslation('box')
  const scale = useSyncExternalStore(viewport.subscribe, () => Math.round(viewport.view.scale * viewport.ratio * 100))
  const light = useSyncExternalStore(viewport.subscribe, () => viewport.light)
  const [open, setOpen] = useState(false)
  const [finger, setFinger] = useState(false)
  const touches = useSyncExternalStore(NOTHING, () => navigator.maxTouchPoints > 0)
  useEffect(() => keepLight(light), [light])
  return (
    <>
      {!isAsIs(light) && <LightChip light={light} onReset={() => viewport.setLight(AS_IS)} />}
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
        <button type="button" onClick={() => viewport.whole()} title={t('keys.fit')} aria-keyshortcuts="F">
          {t('view.fit')}
        </button>
        <button type="button" onClick={() => viewport.full()} title={t('keys.full')} aria-keyshortcuts="Z">
          {t('view.full')}
        </button>
        <span className={styles.zoom}>{t('view.zoom', { percent: scale })}</span>
        <button
          type="button"
          onClick={() => setOpen(!open)}
          aria-expanded={open}
          aria-label={t('view.adjust')}
          title={t('view.adjust')}
          data-lit={!isAsIs(light) || undefined}
        >
          ◐
        </button>
        {open && <Sliders light={light} onLight={(next) => viewport.setLight(next)} />}
      </div>
    </>
  )
}

/** Says for as long as it holds that the picture is not shown as it is, and takes that back. */
function LightChip({ light, onReset }: { light: Light; onReset: () => void }) {
  const { t } = useTranslation('box')
  const said = [
    ...changed(light).map((part) => t(`view.set.${part}`, { percent: light[part] })),
    light.grey && t('view.grey'),
  ].filter(Boolean)
  return (
    <button
      type="button"
      className={styles.chip}
      data-over
      data-light
      onMouseDown={keepKeys}
      onClick={onReset}
      title={t('view.reset')}
      aria-label={t('view.undo', { what: said.join(', ') })}
    >
      ◐ {said.join(' · ')} <span aria-hidden>×</span>
    </button>
  )
}

function Sliders({ light, onLight }: { light: Light; onLight: (light: Light) => void }) {
  const { t } = useTranslation('box')
  return (
    <div className={styles.light}>
      {PARTS.map((part) => (
        <label key={part}>
          {t(`view.${part}`)}
          <input
            type="range"
            min={LEAST}
            max={MOST}
            step={10}
            value={light[part]}
            onChange={(event) => onLight({ ...light, [part]: Number(event.target.value) })}
          />
        </label>
      ))}
      <label className={styles.grey}>
        <input
          type="checkbox"
          checked={light.grey}
          onChange={(event) => onLight({ ...light, grey: event.target.checked })}
        />
        {t('view.grey')}
      </label>
      <button type="button" onClick={() => onLight(AS_IS)}>
        {t('view.reset')}
      </button>
    </div>
  )
}

/** A click on a button must not take the keyboard away from the picture; a slider needs its own. */
function keepKeys(event: React.MouseEvent): void {
  if (event.target instanceof Element && !event.target.closest('input')) event.preventDefault()
}
