import { Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { PageTitle } from '@/components/PageTitle'
import { Invitations } from './Invitations'
import { Members } from './Members'
import { VolunteerLinks } from './VolunteerLinks'

const route = getRouteApi('/inside/shell/p/$pid/people')

export default function PeoplePage() {
  const { t } = useTranslation('projects')
  const { pid } = route.useParams()
  return (
    <>
      <PageTitle title={t('people.title')} lead={t('people.lead')} />
      <Stack gap="xl" maw={920}>
        <Members pid={pid} />
        <Invitations pid={pid} />
        <VolunteerLinks pid={pid} />
      </Stack>
    </>
  )
}
