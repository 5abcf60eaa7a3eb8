import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { sessionQuery } from '@/api/session'
import type { Session } from '@/api/types'
import { changeLanguage } from '@/i18n'
import type { Language } from '@/i18n/languages'

interface Preferences {
  language?: Language
  theme?: 'auto' | 'light' | 'dark'
}

/** Changes language or appearance at once, and keeps the choice with the account in the background. */
export function useKeptPreferences(): (preferences: Preferences) => void {
  const client = useQueryClient()
  const keep = useMutation({
    mutationFn: (body: Preferences): Promise<Session> => ask(api.PATCH('/api/session', { body })),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  })
  return (preferences) => {
    if (preferences.language) void changeLanguage(preferences.language)
    keep.mutate(preferences)
  }
}
