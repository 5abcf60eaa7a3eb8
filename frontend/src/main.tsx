import './theme/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { startTexts } from './i18n'
import { queryClient } from './queries'
import { startScheme } from './theme/scheme'

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no element #root')

// Only what the address asks for is fetched: who opens the label page waits for no other page's code.
const [, pid] = /^\/p\/(\d+)\/label\/?$/.exec(location.pathname) ?? []
const page = pid ? import('./desk').then(({ deskOf }) => deskOf(Number(pid))) : import('./app').then(({ app }) => app)

startScheme()
Promise.all([page, startTexts(pid ? ['common', 'label'] : ['common'])]).then(([shown]) =>
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Suspense>{shown}</Suspense>
      </QueryClientProvider>
    </StrictMode>,
  ),
)
