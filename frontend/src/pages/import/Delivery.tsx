import { useQuery } from '@tanstack/react-query'
import { errorText } from '@/api/errors'
import { ErrorState } from '@/components/ErrorState'
import { BatchProgress } from './BatchProgress'
import { Found } from './Found'
import { batchQuery } from './queries'

interface Props {
  pid: number
  bid: number
  /** Files that never reached the server as such. */
  refusedHere: number
  onAway: () => void
}

/** A delivery that has arrived: looked at, waiting for its word, being taken in, or over. */
export function Delivery({ pid, bid, refusedHere, onAway }: Props) {
  const batch = useQuery(batchQuery(pid, bid))
  if (batch.isError) return <ErrorState text={errorText(batch.error)} onRetry={() => batch.refetch()} />
  if (!batch.data) return null
  if (batch.data.state === 'analysed') return <Found pid={pid} batch={batch.data} onAway={onAway} />
  return <BatchProgress pid={pid} batch={batch.data} refusedHere={refusedHere} onAgain={onAway} />
}
