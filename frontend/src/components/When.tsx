import { useFormat } from '@/i18n/format'

/** A moment: how long ago in words, the exact date for whoever points at it. */
export function When({ at, exact = false }: { at: string; exact?: boolean }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.date(at)}>
      {exact ? format.date(at) : format.ago(at)}
    </time>
  )
}
