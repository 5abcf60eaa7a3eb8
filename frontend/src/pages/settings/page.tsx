import { Tabs } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useProject } from '@/api/project'
import { PageTitle } from '@/components/PageTitle'
import { AskingSettings } from './AskingSettings'
import { ClassSettings } from './ClassSettings'
import { GeneralSettings } from './GeneralSettings'
import { GuideSettings } from './GuideSettings'
import { TABS } from './search'

const route = getRouteApi('/inside/shell/p/$pid/settings')

export default function SettingsPage() {
  const { t } = useTranslation('projects')
  const { pid } = route.useParams()
  const { tab = 'general' } = route.useSearch()
  const navigate = useNavigate()
  const project = useProject(pid)
  return (
    <>
      <PageTitle title={t('settings.title')} lead={project.name} />
      <Tabs
        value={tab}
        onChange={(value) =>
          navigate({
            to: '/p/$pid/settings',
            params: { pid },
            search: { tab: TABS.find((each) => each === value) },
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg" aria-label={t('tabs.name')}>
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="general">
          <GeneralSettings project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="classes">
          <ClassSettings pid={pid} />
        </Tabs.Panel>
        <Tabs.Panel value="guide">
          <GuideSettings key={project.guide_version} project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="asking">
          <AskingSettings project={project} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
