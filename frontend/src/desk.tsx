/** The label page by its own address: one page needs no router, and its first picture does not wait for one. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Component, type ReactNode, Suspense } from 'react'
import { projectQuery } from './api/project'
import { sessionQuery } from './api/session'
import { Failed, PageComing, SignInAgain } from './around'
import { guideQuery } from './pages/label/guide'
import LabelPage from './pages/label/LabelPage'
import { queryClient } from './queries'

/** The page, with all that it asks the server first under way at once. */
export function deskOf(pid: number): ReactNode {
  void queryClient.prefetchQuery(sessionQuery)
  void queryClient.prefetchQuery(projectQuery(pid))
  void queryClient.prefetchQuery(guideQuery(pid))
  return <Desk pid={pid} />
}

export function Desk({ pid }: { pid: number }) {
  return (
    <Fence>
      <Suspense fallback={<PageComing />}>
        <Inside pid={pid} />
      </Suspense>
    </Fence>
  )
}

function Inside({ pid }: { pid: number }) {
  const { user } = useSuspenseQuery(sessionQuery).data
  if (!user) {
    location.replace(`/login?next=${encodeURIComponent(location.pathname)}`)
    return <PageComing />
  }
  return (
    <>
      <LabelPage pid={pid} />
      <SignInAgain />
    </>
  )
}

/** Shows what went wrong in place of the page, until it is tried again. */
class Fence extends Component<{ children: ReactNode }, { problem: unknown }> {
  override state = { problem: null }

  static getDerivedStateFromError(problem: unknown) {
    return { problem }
  }

  override render() {
    const { problem } = this.state
    if (problem === null) return this.props.children
    return <Failed error={problem} onAgain={() => this.setState({ problem: null })} />
  }
}
