import { classColour } from '@/theme/colours'
import classes from './ClassChip.module.css'

interface Props {
  name: string
  index: number
  colour?: string | null
  note?: string
}

/** A class as a coloured mark beside its name: never colour alone. */
export function ClassChip({ name, index, colour, note }: Props) {
  return (
    <span className={classes.chip}>
      <span className={classes.mark} style={{ background: classColour(index, colour) }} aria-hidden />
      <span className={classes.name}>{name}</span>
      {note && <span className={classes.note}>{note}</span>}
    </span>
  )
}
