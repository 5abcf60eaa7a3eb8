import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './api/errors'

const FEW = 2

/** A refusal is an answer and is not asked again; a lost or broken reply is, twice. */
export function worthAnotherTry(failures: number, problem: unknown): boolean {
  if (!(problem instanceof ApiError)) return false
  return failures < FEW && (problem.status === 0 || problem.status >= 500)
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthAnotherTry, refetchOnWindowFocus: false, staleTime: 5000 },
    mutations: { retry: false },
  },
})
