import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import type { Outcome, Outlined } from '@/api/boxScores'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'
import styles from './Outlines.module.css'

const SHOWN: Outcome[] = ['hit', 'drawn', 'missed', 'false', 'wrong_class', 'loose', 'aside']
/** More words than this hide the picture; the outlines still tell their outcome by their patterns. */
const MOST_CHIPS = 8
const CHIPPED = ['missed', 'false', 'wrong_class', 'loose'] as const
type Chipped = Outlined & { outcome: (typeof CHIPPED)[number] }
const isChipped = (box: Outlined): box is Chipped => (CHIPPED as readonly string[]).includes(box.outcome)

interface Props {
  src: string
  width: number
  height: number
  boxes: readonly Outlined[]
  /** Names of the evaluation's classes, by index. */
  names: readonly string[]
}

/** A square with the whole picture in it and the outcome of every box over it, by colour, pattern and word. */
export function Outlines({ src, width, height, boxes, names }: Props) {
  const { t } = useTranslation('scores')
  const format = useFormat()
  const chips = boxes.filter(isChipped)
  const part = (value: number, whole: number) => `${(100 * value) / whole}%`
  return (
    <span className={styles.square}>
      <span
        className={styles.fit}
        style={{ width: part(Math.min(width, height), height), aspectRatio: `${width} / ${height}` }}
      >
        <Picture src={src} alt="" fit="contain" />
        <svg className={styles.lines} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {boxes.map(({ outcome, box, label, score }) => {
            const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box
            const place = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
            return (
              <g key={`${outcome} ${box.join(' ')} ${label} ${score}`} data-outcome={outcome}>
                <rect {...place} className={styles.halo} />
                <rect {...place} className={styles[outcome]} />
              </g>
            )
          })}
        </svg>
        {chips.length <= MOST_CHIPS &&
          chips.map(({ outcome, box, label, score, other }) => (
            <span
              key={`${outcome} ${box.join(' ')} ${label}`}
              className={styles.chip}
              aria-hidden="true"
              style={placeOf(box, width, height)}
            >
              {t(`chip.${outcome}`, {
                class: names[label] ?? '',
                other: other === null ? '' : (names[other] ?? ''),
                score: score === null ? '' : format.percent(score),
              })}
            </span>
          ))}
      </span>
    </span>
  )
}

/** Above its box where there is room, and on the side of the picture that has more of it. */
function placeOf([x0 = 0, y0 = 0, x1 = 0]: readonly number[], width: number, height: number): CSSProperties {
  const share = (value: number, whole: number) => `${(100 * value) / whole}%`
  const top = { top: share(y0, height), transform: y0 / height > 0.15 ? 'translateY(-100%)' : undefined }
  return x0 + x1 > width ? { ...top, right: share(Math.max(0, width - x1), width) } : { ...top, left: share(x0, width) }
}

/** What each pattern means, in words. */
export function Legend() {
  const { t } = useTranslation('scores')
  return (
    <ul className={styles.legend} aria-label={t('legend')}>
      {SHOWN.map((outcome) => (
        <li key={outcome}>
          <svg className={styles.swatch} viewBox="0 0 40 14" aria-hidden="true">
            <line x1="4" y1="7" x2="36" y2="7" className={styles[outcome]} />
          </svg>
          {t(`outcome.${outcome}`)}
        </li>
      ))}
    </ul>
  )
}
