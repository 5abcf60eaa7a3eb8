import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { Failed, SignInAgain } from './around'
import { Going } from './components/PageLink'
import classes from './root.module.css'

const OUTSIDE = /^\/(login|reset|invitation|join|back)(\/|$)/

/** Every page of the router, and above it the sign-in sheet when the session has ended while somebody was at work. */
export function Root() {
  const outside = useRouterState({ select: (state) => OUTSIDE.test(state.location.pathname) })
  const router = useRouter()
  return (
    <Going value={useCallback((href: string) => router.history.push(href), [router])}>
      <Outlet />
      {!outside && <SignInAgain onSignedIn={() => void router.invalidate()} />}
    </Going>
  )
}

export function PageFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  return <Failed error={error} onAgain={again} />
}

export function NoSuchPage() {
  const { t } = useTranslation()
  return (
    <main className={classes.message}>
      <h1>{t('page.missing')}</h1>
      <p>{t('page.missingHelp')}</p>
      <a href="/">{t('page.home')}</a>
    </main>
  )
}
