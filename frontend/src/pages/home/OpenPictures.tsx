import { useQuery } from '@tanstack/react-query'
import { Picture } from '@/components/Picture'
import { imagesQuery } from '../data/queries'
import classes from './home.module.css'

const SHOWN = 6

/** A strip of pictures that still wait, so that the card shows what the work is. Decoration: its names are not read out. */
export function OpenPictures({ pid }: { pid: number }) {
  const { data } = useQuery(imagesQuery(pid, { search: { state: 'open' }, limit: SHOWN }))
  if (!data?.items.length) return null
  return (
    <div className={classes.strip} aria-hidden>
      {data.items.slice(0, SHOWN).map((image) => (
        <div key={image.id} className={classes.thumb}>
          <Picture src={image.thumb} alt="" />
        </div>
      ))}
    </div>
  )
}
