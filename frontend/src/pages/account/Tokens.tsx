import { Alert, Button, Checkbox, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconKey } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText, fieldErrors } from '@/api/errors'
import { projectsQuery } from '@/api/project'
import { makeToken, tokensQuery } from '@/api/tokens'
import type { ApiToken } from '@/api/types'
import { CopyField } from '@/components/CopyField'
import { ErrorState } from '@/components/ErrorState'
import { TokenList } from './TokenList'

const SCOPES = ['read', 'label', 'write', 'train'] as const
const DAYS = [7, 30, 90, 365]
const EVER = 'ever'

/** What one's own scripts are let in with: making one, seeing it once, and ending it. */
export function Tokens() {
  const { t } = useTranslation('tokens')
  const [making, form] = useDisclosure(false)
  const [made, setMade] = useState<ApiToken | null>(null)
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('lead')}
      </Text>
      {made?.token && (
        <Alert color="green" variant="light" role="status">
          <Text mb="xs">{t('made')}</Text>
          <CopyField key={made.id} label={t('token')} value={made.token} />
        </Alert>
      )}
      <TokenList none={t('none')} />
      <Button
        variant="default"
        leftSection={<IconKey size={18} aria-hidden />}
        onClick={form.open}
        style={{ alignSelf: 'flex-start' }}
      >
        {t('new')}
      </Button>
      <NewToken
        opened={making}
        onClose={form.close}
        onMade={(token) => {
          setMade(token)
          form.close()
        }}
      />
    </Stack>
  )
}

interface Props {
  opened: boolean
  onClose: () => void
  onMade: (token: ApiToken) => void
}

function NewToken({ opened, onClose, onMade }: Props) {
  const { t } = useTranslation(['tokens', 'common'])
  const client = useQueryClient()
  const projects = useQuery({ ...projectsQuery, enabled: opened })
  const form = useForm({
    initialValues: { name: '', scopes: [] as string[], project: '', days: '90' },
    validate: {
      name: (value) => (value.trim() ? null : t('nameMissing')),
      scopes: (value) => (value.length ? null : t('scopesMissing')),
    },
  })
  const make = useMutation({
    mutationFn: ({ name, scopes, project, days }: typeof form.values) =>
      makeToken({
        name: name.trim(),
        scopes: SCOPES.filter((scope) => scopes.includes(scope)),
        project: project ? Number(project) : null,
        days: days === EVER ? null : Number(days),
      }),
    onSuccess: (token) => {
      void client.invalidateQueries({ queryKey: tokensQuery().queryKey })
      form.reset()
      onMade(token)
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  return (
    <Modal opened={opened} onClose={onClose} title={t('new')} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <form noValidate onSubmit={form.onSubmit((values) => make.mutate(values))}>
        <Stack>
          {make.isError && <ErrorState text={errorText(make.error)} />}
          <TextInput
            label={t('name')}
            placeholder={t('namePlaceholder')}
            required
            data-autofocus
            maxLength={100}
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <Checkbox.Group label={t('scopes')} description={t('scopesHelp')} required {...form.getInputProps('scopes')}>
            <Stack gap="xs" mt="xs">
              {SCOPES.map((scope) => (
                <Checkbox key={scope} value={scope} label={t(`scope.${scope}`)} description={t(`scopeHelp.${scope}`)} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Group grow align="flex-end">
            <NativeSelect
              label={t('project')}
              data={[
                { value: '', label: t('everyProject') },
                ...(projects.data?.items ?? []).map(({ id, name }) => ({
                  value: String(id),
                  label: t('onlyIn', { project: name }),
                })),
              ]}
              {...form.getInputProps('project')}
            />
            <NativeSelect
              label={t('days')}
              data={[
                ...DAYS.map((days) => ({ value: String(days), label: t('daysFor', { count: days }) })),
                { value: EVER, label: t('daysEver') },
              ]}
              {...form.getInputProps('days')}
            />
          </Group>
          <Button type="submit" loading={make.isPending}>
            {t('make')}
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}
