import './desk.css'
import { box } from './box'
import { choice } from './choice'
import type { LabelKind } from './kind'

/** Every label kind that the pages can show; one line per kind. */
export const KINDS: Readonly<Record<string, LabelKind>> = {
  [choice.name]: choice,
  [box.name]: box,
}
