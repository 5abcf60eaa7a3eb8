/** What stands around every page, with the router and without it: the sign-in sheet, and what takes a failed page's place. */
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { onSignedOut } from './api/client'
import { ApiError, errorText } from './api/errors'
import classes from './root.module.css'

const SignInSheet = lazy(() => import('./pages/login/sheet'))

/** Above the page when the session has ended while somebody was at work. */
export function SignInAgain({ onSignedIn }: { onSignedIn?: () => void }) {
  const [signedOut, setSignedOut] = useState(false)
  const client = useQueryClient()
  useEffect(() => onSignedOut(() => setSignedOut(true)), [])
  if (!signedOut) return null
  return (
    <Suspense>
      <SignInSheet
        onSignedIn={() => {
          setSignedOut(false)
          void client.invalidateQueries().then(onSignedIn)
        }}
      />
    </Suspense>
  )
}

/** In place of a page that could not be shown: what happened, and one button. */
export function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
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
            onAgain()
          }}
        >
          {t('again')}
        </button>
      )}
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
