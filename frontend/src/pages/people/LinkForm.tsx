import { Alert, Button, Group, NumberInput, Paper, Stack, Text, TextInput } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText, fieldErrors } from '@/api/errors'
import { CopyField } from '@/components/CopyField'
import { ErrorState } from '@/components/ErrorState'

interface Bounds {
  days: number
  note: string
}

/** Makes a link that lets people in, and shows it the one time that it can be seen. */
export function LinkForm<Values extends Bounds>({
  defaults,
  number,
  words,
  make,
  list,
  children,
}: {
  defaults: Values
  /** The field that says for how many it holds. */
  number: { name: string & keyof Values; label: string; max: number }
  words: { days: string; note: string; make: string; made: string; link: string }
  make: (values: Values) => Promise<{ url?: string | null }>
  /** What lists such links, and is read again once there is one more. */
  list: QueryKey
  /** What has to be said before. */
  children?: (form: UseFormReturnType<Values>) => ReactNode
}) {
  const { t } = useTranslation('common')
  const client = useQueryClient()
  const [url, setUrl] = useState('')
  const form = useForm<Values>({ initialValues: defaults })
  const making = useMutation({
    mutationFn: make,
    onSuccess: (made) => {
      setUrl(made.url ?? '')
      void client.invalidateQueries({ queryKey: list })
    },
    onError: (problem) => form.setErrors(fieldErrors(problem)),
  })
  const whole = { min: 1, allowDecimal: false, clampBehavior: 'strict' } as const
  return (
    <Paper withBorder p="lg">
      <form noValidate onSubmit={form.onSubmit((values) => making.mutate(values))}>
        <Stack>
          {making.isError && <ErrorState text={errorText(making.error)} />}
          {children?.(form)}
          <Group align="flex-end" grow>
            <NumberInput label={number.label} max={number.max} {...whole} {...form.getInputProps(number.name)} />
            <NumberInput label={words.days} max={365} {...whole} {...form.getInputProps('days')} />
          </Group>
          <TextInput label={`${words.note} (${t('optional')})`} maxLength={200} {...form.getInputProps('note')} />
          <Button type="submit" loading={making.isPending} style={{ alignSelf: 'flex-start' }}>
            {words.make}
          </Button>
          {url && (
            <Alert color="green" variant="light" role="status">
              <Text mb="xs">{words.made}</Text>
              <CopyField key={url} label={words.link} value={url} />
            </Alert>
          )}
        </Stack>
      </form>
    </Paper>
  )
}
