import { IconPhotoOff } from '@tabler/icons-react'
import { type CSSProperties, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Picture.module.css'

interface Props {
  src: string
  alt: string
  width?: number
  height?: number
  fit?: 'cover' | 'contain'
  eager?: boolean
  style?: CSSProperties
}

/** A picture in a box that keeps its place while it loads and says so when it cannot be shown. */
export function Picture({ src, alt, width, height, fit = 'cover', eager = false, style }: Props) {
  const { t } = useTranslation()
  const [failed, setFailed] = useState('')
  if (failed === src) {
    return (
      <span
        className={classes.failed}
        style={style}
        role="img"
        aria-label={alt ? `${alt}: ${t('wall.broken')}` : t('wall.broken')}
      >
        <IconPhotoOff size={20} aria-hidden />
      </span>
    )
  }
  return (
    <img
      className={classes.picture}
      src={src}
      alt={alt}
      width={width}
      height={height}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      style={{ objectFit: fit, ...style }}
      onError={() => setFailed(src)}
    />
  )
}
