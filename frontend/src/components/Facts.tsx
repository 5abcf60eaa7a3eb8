import { Fragment, type ReactNode } from 'react'
import classes from './Facts.module.css'

/** Names and values in two columns; a value that is empty takes its name with it. */
export function Facts({ items }: { items: [name: string, value: ReactNode][] }) {
  const shown = items.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
  return (
    <dl className={classes.facts}>
      {shown.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
