import type { ClassEntry, KeyPlan, LabelKind } from '@/kinds/kind'
import type { KeptVote } from '@/store/shelf'
import { KeyMap } from './KeyMap'
import { SkipList } from './SkipList'
import type { Sender } from './sending'
import { Tray } from './Tray'

export type Opened = 'keys' | 'skip' | 'tray'

interface Props {
  open: Opened
  kind: LabelKind
  plan: KeyPlan
  classes: readonly ClassEntry[]
  sender: Sender | null
  project: number
  onSkip: (reason: string) => void
  onLook: (vote: KeptVote) => void
  onClose: () => void
}

/** What opens over the label page when it is asked for; the first picture does not wait for it. */
export default function Panels({ open, kind, plan, classes, sender, project, onSkip, onLook, onClose }: Props) {
  if (open === 'keys') return <KeyMap kind={kind} plan={plan} classes={classes} onClose={onClose} />
  if (open === 'skip') return <SkipList onSkip={onSkip} onClose={onClose} />
  if (!sender) return null
  return <Tray sender={sender} project={project} classes={classes} onLook={onLook} onClose={onClose} />
}
