import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router'
import { projectQuery } from './api/project'
import { sessionQuery } from './api/session'
import { PageComing } from './around'
import { type CompareSearch, readCompareSearch } from './pages/compare/search'
import { type DataSearch, readDataSearch } from './pages/data/search'
import { type PeopleSearch, readPeopleSearch } from './pages/people/search'
import { readSettingsSearch, type SettingsSearch } from './pages/settings/search'
import { queryClient } from './queries'
import { NoSuchPage, PageFailed, Root } from './root'

/*
 * To add a page of a project: one line `projectPage('/name', () => import('./pages/name/page'))` in the list below
 * (inside the shell). A page that owns the whole screen and loads nothing of the shell stands in `inside`, as `label`.
 * A page is the default export of its module. A page with a typed query string is written out, as `data` is.
 */
const root = createRootRouteWithContext<{ queryClient: typeof queryClient }>()({
  component: Root,
  notFoundComponent: NoSuchPage,
})

const outside = createRoute({
  getParentRoute: () => root,
  id: 'outside',
  component: lazyRouteComponent(() => import('./pages/login/layout')),
})
const login = createRoute({
  getParentRoute: () => outside,
  path: '/login',
  validateSearch: (search: { next?: string } & SearchSchemaInput): { next?: string } =>
    typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(() => import('./pages/login/page')),
})
const reset = createRoute({
  getParentRoute: () => outside,
  path: '/reset/$token',
  component: lazyRouteComponent(() => import('./pages/login/reset')),
})
const invitation = createRoute({
  getParentRoute: () => outside,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('./pages/login/invitation')),
})
const join = createRoute({
  getParentRoute: () => outside,
  path: '/join/$token',
  component: lazyRouteComponent(() => import('./pages/login/join')),
})
const back = createRoute({
  getParentRoute: () => outside,
  path: '/back',
  component: lazyRouteComponent(() => import('./pages/login/back')),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (!session.user) {
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
})
const shell = createRoute({
  getParentRoute: () => inside,
  id: 'shell',
  component: lazyRouteComponent(() => import('./pages/shell/page')),
})

const numbered = <Name extends string>(name: Name) => ({
  parse: (raw: Record<Name, string>) => ({ [name]: Number(raw[name]) }) as Record<Name, number>,
  stringify: (params: Record<Name, number>) => ({ [name]: String(params[name]) }) as Record<Name, string>,
})
const project = createRoute({
  getParentRoute: () => shell,
  path: '/p/$pid',
  params: numbered('pid'),
  loader: ({ context, params }) => context.queryClient.ensureQueryData(projectQuery(params.pid)),
})
const label = createRoute({
  getParentRoute: () => inside,
  path: '/p/$pid/label',
  params: numbered('pid'),
  loader: ({ context, params }) => context.queryClient.ensureQueryData(projectQuery(params.pid)),
  component: lazyRouteComponent(() => import('./pages/label/page')),
})

type Load = Parameters<typeof lazyRouteComponent>[0]
function shellPage<Path extends string>(path: Path, load: Load) {
  return createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load) })
}
function projectPage<Path extends string>(path: Path, load: Load) {
  return createRoute({ getParentRoute: () => project, path, component: lazyRouteComponent(load) })
}

const data = createRoute({
  getParentRoute: () => project,
  path: '/data',
  validateSearch: (search: Partial<DataSearch> & SearchSchemaInput): DataSearch => readDataSearch(search),
  component: lazyRouteComponent(() => import('./pages/data/page')),
})
const item = createRoute({
  getParentRoute: () => project,
  path: '/item/$iid',
  params: numbered('iid'),
  component: lazyRouteComponent(() => import('./pages/item/page')),
})
const settings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  validateSearch: (search: Partial<SettingsSearch> & SearchSchemaInput): SettingsSearch => readSettingsSearch(search),
  component: lazyRouteComponent(() => import('./pages/settings/page')),
})

const people = createRoute({
  getParentRoute: () => project,
  path: '/people',
  validateSearch: (search: Partial<PeopleSearch> & SearchSchemaInput): PeopleSearch => readPeopleSearch(search),
  component: lazyRouteComponent(() => import('./pages/people/page')),
})
const runs = createRoute({
  getParentRoute: () => project,
  path: '/runs',
  validateSearch: (search: { version?: number } & SearchSchemaInput): { version?: number } =>
    Number.isInteger(Number(search.version)) ? { version: Number(search.version) } : {},
  component: lazyRouteComponent(() => import('./pages/runs/page')),
})
const run = createRoute({
  getParentRoute: () => project,
  path: '/runs/$rid',
  params: numbered('rid'),
  component: lazyRouteComponent(() => import('./pages/runs/live')),
})
const compare = createRoute({
  getParentRoute: () => project,
  path: '/runs/compare',
  validateSearch: (search: CompareSearch & SearchSchemaInput): CompareSearch => readCompareSearch(search),
  component: lazyRouteComponent(() => import('./pages/compare/page')),
})
const curve = createRoute({
  getParentRoute: () => project,
  path: '/curves/$cid',
  params: numbered('cid'),
  component: lazyRouteComponent(() => import('./pages/curve/page')),
})
const tryModel = createRoute({
  getParentRoute: () => project,
  path: '/try',
  validateSearch: (search: { model?: string } & SearchSchemaInput): { model?: string } =>
    typeof search.model === 'string' ? { model: search.model } : {},
  component: lazyRouteComponent(() => import('./pages/try/page')),
})
const evaluation = createRoute({
  getParentRoute: () => project,
  path: '/evaluations/$eid',
  params: numbered('eid'),
  component: lazyRouteComponent(() => import('./pages/evaluation/page')),
})

const tree = root.addChildren([
  outside.addChildren([login, reset, invitation, join, back]),
  inside.addChildren([
    label,
    shell.addChildren([
      shellPage('/', () => import('./pages/home/page')),
      shellPage('/projects', () => import('./pages/projects/page')),
      shellPage('/projects/new', () => import('./pages/projects/new')),
      shellPage('/accounts', () => import('./pages/accounts/page')),
      shellPage('/account', () => import('./pages/account/page')),
      shellPage('/help/keys', () => import('./pages/help/keys')),
      project.addChildren([
        data,
        item,
        settings,
        runs,
        run,
        compare,
        curve,
        evaluation,
        people,
        tryModel,
        projectPage('/', () => import('./pages/overview/page')),
        projectPage('/import', () => import('./pages/import/page')),
        projectPage('/mine', () => import('./pages/mine/MinePage')),
        projectPage('/me', () => import('./pages/me/page')),
        projectPage('/practice', () => import('./pages/practice/page')),
        projectPage('/review', () => import('./pages/review/ReviewPage')),
        projectPage('/versions', () => import('./pages/versions/page')),
        projectPage('/cycle', () => import('./pages/cycle/page')),
        projectPage('/jobs', () => import('./pages/jobs/page')),
      ]),
    ]),
  ]),
])

export const router = createRouter({
  routeTree: tree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: PageComing,
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
