import { Anchor, Group, Paper, Stack, Title } from '@mantine/core'
import { IconAlertTriangle, IconScale, IconUserQuestion } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Thing } from '@/api/home'

const ICONS = { review: IconScale, failed_run: IconAlertTriangle, low_agreement: IconUserQuestion } as const

/** What needs this person, each a link to where it is dealt with. */
export function Attention({ things }: { things: Thing[] }) {
  const { t } = useTranslation(['projects', 'training'])
  if (things.length === 0) return null
  return (
    <section aria-labelledby="attention-heading">
      <Title order={2} fz="h4" mb="sm" id="attention-heading">
        {t('home.attention', { count: things.length })}
      </Title>
      <Paper withBorder p="md">
        <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {things.map((thing) => {
            const Icon = ICONS[thing.what]
            const of = thing.of || t('training:run.unnamed', { id: thing.subject })
            return (
              <Group key={`${thing.what}-${thing.project}-${thing.subject}`} component="li" gap="xs" wrap="nowrap">
                <Icon size={18} aria-hidden style={{ flex: 'none' }} />
                <Anchor component={Link} {...placeOf(thing)} style={{ overflowWrap: 'anywhere' }}>
                  {thing.what === 'review' && t('home.toReview', { count: thing.count, project: thing.name })}
                  {thing.what === 'failed_run' && t('home.failedRun', { run: of, project: thing.name })}
                  {thing.what === 'low_agreement' &&
                    t('home.lowAgreement', { person: thing.of, project: thing.name, count: thing.count })}
                </Anchor>
              </Group>
            )
          })}
        </Stack>
      </Paper>
    </section>
  )
}

/** Where a thing is dealt with. */
export function placeOf({ what, project, subject }: Pick<Thing, 'what' | 'project' | 'subject'>) {
  if (what === 'failed_run') return { to: `/p/${project}/runs/${subject}` }
  if (what === 'low_agreement') return { to: `/p/${project}/people`, search: { tab: 'work', person: subject } as never }
  return { to: `/p/${project}/review` }
}
