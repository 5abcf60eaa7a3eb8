import { type ComponentProps, createContext, type MouseEvent, useContext } from 'react'

/** How the application goes to another of its pages without loading anew; null on a page that stands alone. */
export const Going = createContext<((href: string) => void) | null>(null)

/** A link to a page of ours for what is shown with and without the router: where there is one, it goes through it. */
export function PageLink({ href, ...rest }: ComponentProps<'a'> & { href: string }) {
  const go = useContext(Going)
  const follow = (event: MouseEvent) => {
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0
    if (!go || elsewhere) return
    event.preventDefault()
    go(href)
  }
  return <a href={href} onClick={follow} {...rest} />
}
