import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { onSignedOut } from './api/client'
import { ApiError, errorText } from './api/errors'
import classes from './root.module.css'

const SignInSheet = lazy(() => import('./pages/login/sheet'))
const OUTSIDE = /^\/(login|reset|invitation|join|back)(\/|$)/

/** Every page, and above it the sign-in sheet when the session has ended while somebody was at work. */
export function Root() {
  const [signedOut, setSignedOut] = useState(false)
  const outside = useRouterState({ select: (state) => OUTSIDE.test(state.location.pathname) })
  const client = useQueryClient()
  const router = useRouter()

  useEffect(() => onSignedOut(() => setSignedOut(true)), [])

  return (
    <>
      <Outlet />
      {signedOut && !outside && (
        <Suspense>
          <SignInSheet
            onSignedIn={() => {
              setSignedOut(false)
              void client.invalidateQueries().then(() => router.invalidate())
            }}
          />
        </Suspense>
      )}
    </>
  )
}

/** In place of a page that could not be shown: what happened, and one button. */
export function PageFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const router = useRouter()
  const gone = error instanceof ApiError && (error.status === 404 || error.status === 403)
  return (
    <main className={classes.message} role="alert">
      <h1>{t(gone ? 'page.gone' : 'page.failed')}</h1>
      <p>{errorText(error)}</p>
      {gone ? (
        <a href="/">{t('page.home')}</a>
      ) : (
        <button
          type="button"
          onClick={() => {
            client.resetQueries({ predicate: (query) => query.state.status === 'error' })
            reset()
            void router.invalidate()
          }}
        >
          {t('again')}
        </button>
      )}
    </main>
  )
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

export function PageComing() {
  const { t } = useTranslation()
  return (
    <p className={classes.coming} role="status">
      {t('loading')}
    </p>
  )
}
