import './theme/base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { startTexts } from './i18n'
import { queryClient } from './queries'
import { router } from './router'
import { startScheme } from './theme/scheme'

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no element #root')

startScheme()
startTexts().then(() =>
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  ),
)
