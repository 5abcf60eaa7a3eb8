/** Short names for parts of the server's schema. */
import type { components } from './schema'

type Schema = components['schemas']

export interface Page<T> {
  items: T[]
  next: string | null
}

export type User = Schema['SessionUser']
export type Session = Schema['SessionShape']
export type Account = Schema['AccountShape']
export type ApiToken = Schema['TokenShape']
export type NewApiToken = Schema['TokenInRequest']
export type Project = Schema['ProjectShape']
export type ProjectChange = Schema['PatchedProjectChangeInRequest']
export type Offers = Schema['OffersShape']
export type LabelClass = Schema['ClassShape']
export type GuidePicture = Schema['GuidePictureShape']
export type Member = Schema['MemberShape']
export type Person = Schema['Person']
export type PersonDetail = Omit<Schema['PersonDetail'], 'worst'> & { worst: PersonMiss[] }
export type Invitation = Schema['InvitationShape']
export type InvitationOffer = Schema['OfferShape']
export type VolunteerOffer = Schema['VolunteerOfferShape']
export type VolunteerLink = Schema['VolunteerLinkShape']
export type Volunteer = Schema['VolunteerShape']
export type OwnNumbers = Schema['OwnNumbers']
export type PracticeState = Schema['PracticeState']
export type Job = Schema['JobBar']
export type Batch = Schema['BatchShape']
export type BatchFile = Schema['FileShape']
export type Upload = Schema['UploadShape']
export type UnfinishedUpload = Schema['UnfinishedShape']
export type Analysis = Schema['AnalysisShape']
export type FoundClass = Schema['FoundClass']
export type ClassMeaning = Schema['MeaningInRequest']
export type CommitHow = Schema['CommitInRequest']
export type Facets = Schema['FacetsShape']
export type ImageCount = Schema['CountShape']
export type ImageAction = Schema['ActionInRequest']['action']
export type Acted = Schema['Acted']

/**
 * What a person, the crowd or a model says of a picture: one class by concept id, that none fits, or a pass.
 * The schema leaves an answer open, because each kind of label has its own.
 */
export interface Answer {
  choice?: number[]
  boxes?: { concept: number; box: number[]; confidence?: number; score?: number }[]
  nothing?: boolean
  pass?: string
}
type Answered<T> = Omit<T, 'answer'> & { answer: Answer | null }

export type PersonMiss = Answered<Omit<Schema['PersonMiss'], 'settled'>> & { settled: Answer | null }
export type ImageItem = Answered<Schema['Tile']>
export type TimelineEvent = Answered<Schema['EventShape']>
export type StoodIn = Answered<Schema['StoodIn']>
export type ImageDetail = Answered<Omit<Schema['PictureItem'], 'timeline'>> & { timeline: TimelineEvent[] }
