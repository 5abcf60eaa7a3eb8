import { Stack, Tabs } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useProject } from '@/api/project'
import { PageTitle } from '@/components/PageTitle'
import { Invitations } from './Invitations'
import { Members } from './Members'
import { TABS } from './search'
import { VolunteerLinks } from './VolunteerLinks'

const Work = lazy(() => import('./Work'))
const route = getRouteApi('/inside/shell/p/$pid/people')

/** Who works here and how they do. Members and links are the admin's; a reviewer sees the work alone. */
export default function PeoplePage() {
  const { t } = useTranslation('projects')
  const { pid } = route.useParams()
  const { tab = 'members', person } = route.useSearch()
  const navigate = useNavigate()
  const manages = useProject(pid).actions.includes('manage')
  const onPerson = (chosen: number | undefined) =>
    navigate({ to: '/p/$pid/people', params: { pid }, search: { tab: 'work', person: chosen }, replace: true })
  const work = (
    <Suspense>
      <Work pid={pid} person={person ?? null} onPerson={onPerson} />
    </Suspense>
  )
  if (!manages) {
    return (
      <>
        <PageTitle title={t('people.title')} />
        {work}
      </>
    )
  }
  return (
    <>
      <PageTitle title={t('people.title')} lead={t('people.lead')} />
      <Tabs
        value={tab}
        onChange={(value) =>
          navigate({
            to: '/p/$pid/people',
            params: { pid },
            search: { tab: TABS.find((each) => each === value) },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg" aria-label={t('people.tabs')}>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`people.tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="members">
          <Stack gap="xl" maw={920}>
            <Members pid={pid} />
            <Invitations pid={pid} />
            <VolunteerLinks pid={pid} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="work">{work}</Tabs.Panel>
      </Tabs>
    </>
  )
}
