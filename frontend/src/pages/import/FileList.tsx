import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, errorText } from '@/api/errors'
import classes from './import.module.css'
import type { Sent } from './uploads'

const ROW = 32

/** Every file with what has become of it; of thousands only the visible rows exist. */
export function FileList({ files }: { files: readonly Sent[] }) {
  const { t } = useTranslation('data')
  const box = useRef<HTMLElement>(null)
  const rows = useVirtualizer({
    count: files.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  })
  return (
    <section ref={box} className={classes.files} tabIndex={0} aria-label={t('import.files')}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => {
          const file = files[row.index]
          if (!file) return null
          return (
            <div key={row.key} className={classes.file} style={{ transform: `translateY(${row.start}px)` }}>
              <span className={classes.path} title={file.path}>
                <bdi>{file.path}</bdi>
              </span>
              <span
                className={classes.state}
                data-bad={file.state === 'refused' || file.state === 'failed' || undefined}
                data-good={file.state === 'received' || undefined}
                title={file.code ? errorText(new ApiError(file.code, file.message)) : undefined}
              >
                {t(`import.state.${file.state}`)}
              </span>
            </div>
          )
        })}
      </div>
    </section>
  )
}
