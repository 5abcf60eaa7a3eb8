import type { CSSProperties } from 'react'
import { Picture } from '@/components/Picture'
import { useFormat } from '@/i18n/format'
import { inkOn } from '@/theme/colours'
import type { Boxed } from './Answer'
import styles from './try.module.css'

/** More words than this hide the picture; the list beside it has them all. */
const MOST_WORDS = 12

interface Props {
  url: string
  alt: string
  /** Of the upright picture, once they are known: boxes speak of its pixels. */
  size?: { width: number; height: number }
  boxes: readonly Boxed[]
  colourOf: (concept: number) => string
}

/** The picture as it lies on this device, with the boxes that a model found drawn over it. */
export function Outlined({ url, alt, size, boxes, colourOf }: Props) {
  const format = useFormat()
  return (
    <div className={styles.frame} style={size && ({ '--shape': size.width / size.height } as CSSProperties)}>
      <div className={styles.sheet}>
        <Picture src={url} alt={alt} fit="contain" eager />
        {size && (
          <svg
            className={styles.lines}
            viewBox={`0 0 ${size.width} ${size.height}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            {boxes.map(({ box, concept, score }) => {
              const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box
              const place = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
              return (
                <g key={`${concept} ${score} ${box.join(' ')}`}>
                  <rect {...place} className={styles.halo} />
                  <rect {...place} className={styles.line} style={{ stroke: colourOf(concept) }} />
                </g>
              )
            })}
          </svg>
        )}
        {size &&
          boxes.length <= MOST_WORDS &&
          boxes.map(({ box, concept, name, score }) => (
            <span
              key={`${concept} ${score} ${box.join(' ')}`}
              className={styles.word}
              aria-hidden="true"
              style={{ ...placeOf(box, size), background: colourOf(concept), color: inkOn(colourOf(concept)) }}
            >
              {name} {format.percent(score)}
            </span>
          ))}
      </div>
    </div>
  )
}

/** Above its box where there is room, and on the side of the picture that has more of it. */
function placeOf([x0 = 0, y0 = 0, x1 = 0]: readonly number[], size: { width: number; height: number }): CSSProperties {
  const share = (value: number, whole: number) => `${(100 * value) / whole}%`
  const top = { top: share(y0, size.height), transform: y0 / size.height > 0.1 ? 'translateY(-100%)' : undefined }
  return x0 + x1 > size.width
    ? { ...top, right: share(Math.max(0, size.width - x1), size.width) }
    : { ...top, left: share(x0, size.width) }
}
