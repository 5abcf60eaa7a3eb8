/** What the server sends, by hand until its schema is there; then only names for parts of the schema. */
export interface User {
  id: number
  username: string
  name: string
  language: string
  theme: string
  is_server_admin: boolean
  may_create_projects: boolean
}
export interface Session {
  user: User | null
  version: string
  csrf_token: string
}
export interface Page<T> {
  items: T[]
  next: string | null
}
export interface Account {
  id: number
  username: string
  name: string
  is_active: boolean
  is_server_admin: boolean
  last_login: string | null
}
export interface Project {
  id: number
  name: string
  description: string
  kind: string
  role: 'admin' | 'reviewer' | 'researcher' | 'annotator'
  actions: string[]
  redundancy: number
  holdout_share: number
  holdout_votes: number | null
  votes_cap: number | null
  accept_confidence: number
  consensus_method: string
  guide_text: string
  guide_version: number
  order: string
  show_proposals: boolean
  licence: string
  counts: Record<string, number>
  created_at: string
}
export interface Example {
  id: number
  url: string
}
export interface LabelClass {
  id: number
  concept_id: number
  index: number
  name: string
  definition: string
  synonyms: string[]
  color: string
  hotkey: string
  archived: boolean
  examples: Example[]
  added_in: number
}
export interface Member {
  id: number
  user_id: number
  username: string
  name: string
  role: Project['role']
  joined_at: string
}
export interface Invitation {
  id: number
  url?: string
  role: Project['role']
  note: string
  expires_at: string
  uses_left: number
}
export interface Job {
  id: number
  kind: string
  title: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number
  total: number
  message: string
  rate: number | null
  seconds_left: number | null
  created_at: string
  finished_at: string | null
  data: Record<string, unknown>
}
export interface Batch {
  id: number
  name: string
  state: 'open' | 'closed' | 'done' | 'cancelled'
  counts: { received: number; done: number; added: number; duplicate: number; refused: number }
  created_at: string
  job: Job | null
}
export interface InvitationOffer {
  project_name: string
  role: Project['role']
  needs_account: boolean
}
export type ImageState = 'open' | 'closed' | 'review' | 'unasked' | 'excluded' | 'deleted' | 'set_aside' | 'example'
/** What a person, the crowd or a model says of a picture: one class by concept id, that none fits, or a pass. */
export interface Answer {
  choice?: number[]
  nothing?: boolean
  pass?: string
}
export interface ImageItem {
  id: number
  name: string
  thumb: string
  width: number
  height: number
  split: 'train' | 'holdout' | 'none'
  state: ImageState
  answer: Answer | null
  confidence: number | null
  agreement: number | null
  votes: number
  problem: string
}
export interface Facets {
  images: number
  states: Record<string, number>
  splits: Record<string, number>
  problems: Record<string, number>
  classes: Record<string, number>
  agreement: Record<string, number>
  counted_at: string
}
export interface ImageCount {
  count: number
  capped: boolean
  facets: Facets | null
}
export interface TimelineEvent {
  at: string
  what: 'added' | 'imported' | 'vote' | 'decision' | 'proposal' | 'asked_again'
  person: string
  answer: Answer | null
  text: string
  asking: number | null
  counted: boolean | null
  surplus: boolean | null
  superseded: boolean | null
  proposed: boolean | null
  score: number | null
  took_ms: number | null
}
export interface ImageDetail extends ImageItem {
  display: string
  full: string
  original_name: string
  digest: string
  batch: { id: number; name: string } | null
  group: number | null
  licence: string
  author: string
  source: string
  created_at: string
  task: {
    id: number
    state: string
    asking: number
    votes_wanted: number
    votes_counted: number
    chosen_by: string
  } | null
  consensus: {
    answer: Answer | null
    confidence: number
    agreement: number | null
    distribution: Record<string, number>
    counts: Record<string, number>
    votes: number
    method: string
    source: string
    decided: boolean
    updated_at: string
  } | null
  decisions: { at: string; ruling: string; answer: Answer | null; note: string; asking: number; person: string }[]
  timeline: TimelineEvent[]
  predictions: { model: string; distribution: Record<string, number> }[]
}
export interface BatchFile {
  id: number
  path: string
  state: string
  code: string
  message: string
  image_id: number | null
}
export type ProjectChange = Partial<
  Pick<
    Project,
    | 'name'
    | 'description'
    | 'redundancy'
    | 'holdout_share'
    | 'holdout_votes'
    | 'votes_cap'
    | 'accept_confidence'
    | 'consensus_method'
    | 'guide_text'
    | 'guide_version'
    | 'order'
    | 'show_proposals'
    | 'licence'
  >
>
export interface Offers {
  consensus_method: string[]
  order: string[]
}
export interface GuidePicture {
  id: number
  url: string
  caption: string
}
export type ImageAction = 'exclude' | 'include' | 'delete' | 'restore' | 'ask_again'
export interface Acted {
  done: number
  refused: { id: number; code: string }[]
}
