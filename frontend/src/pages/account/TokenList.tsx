import { Badge, Code, Group, Paper, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import { revokeToken, tokensQuery } from '@/api/tokens'
import type { ApiToken } from '@/api/types'
import { ConfirmButton } from '@/components/ConfirmButton'
import { ErrorState } from '@/components/ErrorState'
import { useFormat } from '@/i18n/format'
import { tellDone, tellFailed } from '../tell'

/** The API tokens of an account, one's own where none is named, each with its end at hand. `none` is said of no token. */
export function TokenList({ account, none }: { account?: number; none: string }) {
  const { t } = useTranslation('tokens')
  const client = useQueryClient()
  const query = tokensQuery(account)
  const tokens = useQuery(query)
  const revoke = useMutation({
    mutationFn: ({ id }: ApiToken) => revokeToken(id, account),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: query.queryKey })
      tellDone(t('revoked'))
    },
    onError: (problem) => tellFailed(errorText(problem)),
  })
  if (tokens.isError) return <ErrorState text={errorText(tokens.error)} onRetry={() => tokens.refetch()} />
  if (tokens.data?.items.length === 0) return <Text c="dimmed">{none}</Text>
  return (
    <Stack component="ul" gap="xs" p={0} m={0} aria-label={t('list')} style={{ listStyle: 'none' }}>
      {tokens.data?.items.map((token) => (
        <Paper key={token.id} component="li" withBorder p="sm">
          <Group justify="space-between" align="flex-start" gap="sm">
            <TokenFacts token={token} />
            <ConfirmButton
              size="xs"
              variant="default"
              danger
              label={t('revoke')}
              name={t('revokeName', { name: token.name })}
              question={t('revokeAsk')}
              confirm={t('revoke')}
              onConfirm={() => revoke.mutate(token)}
            />
          </Group>
        </Paper>
      ))}
    </Stack>
  )
}

function TokenFacts({ token }: { token: ApiToken }) {
  const { t } = useTranslation('tokens')
  const format = useFormat()
  const { project, expires_at: end, last_used_at: used } = token
  const over = end !== null && new Date(end) <= new Date()
  const facts = [
    project === null ? t('everywhere') : project.name ? t('onlyIn', { project: project.name }) : t('onlyInHidden'),
    end === null ? t('endless') : t(over ? 'ended' : 'ends', { when: format.ago(end) }),
    used ? t('used', { when: format.ago(used) }) : t('unused'),
  ]
  return (
    <div style={{ minWidth: 0 }}>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {token.name} <Code>{token.start}…</Code>
      </Text>
      <Group gap={4} my={4}>
        {token.scopes.map((scope) => (
          <Badge key={scope} variant="outline" color={over ? 'gray' : 'green'} c="var(--mantine-color-text)" tt="none">
            {t(`scope.${scope}`)}
          </Badge>
        ))}
      </Group>
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
    </div>
  )
}
