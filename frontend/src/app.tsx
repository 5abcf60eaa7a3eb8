import { RouterProvider } from '@tanstack/react-router'
import { router } from './router'

/** All pages, by the router. */
export const app = <RouterProvider router={router} />
