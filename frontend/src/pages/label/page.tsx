import { useParams } from '@tanstack/react-router'
import LabelPage from './LabelPage'

/** The label page as one of the router's: whoever comes from another page stays in the same document. */
export default function LabelRoute() {
  return <LabelPage pid={Number(useParams({ strict: false }).pid)} />
}
