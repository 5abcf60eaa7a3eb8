import 'i18next'
import type account from './en/account.json'
import type again from './en/again.json'
import type box from './en/box.json'
import type common from './en/common.json'
import type compare from './en/compare.json'
import type cycle from './en/cycle.json'
import type data from './en/data.json'
import type errors from './en/errors.json'
import type gain from './en/gain.json'
import type help from './en/help.json'
import type label from './en/label.json'
import type people from './en/people.json'
import type projects from './en/projects.json'
import type review from './en/review.json'
import type scores from './en/scores.json'
import type tokens from './en/tokens.json'
import type training from './en/training.json'
import type tryout from './en/tryout.json'
import type versions from './en/versions.json'
import type volunteers from './en/volunteers.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: {
      common: typeof common
      account: typeof account
      again: typeof again
      box: typeof box
      projects: typeof projects
      people: typeof people
      data: typeof data
      label: typeof label
      review: typeof review
      scores: typeof scores
      tokens: typeof tokens
      training: typeof training
      tryout: typeof tryout
      compare: typeof compare
      cycle: typeof cycle
      gain: typeof gain
      versions: typeof versions
      volunteers: typeof volunteers
      errors: typeof errors
      help: typeof help
    }
  }
}
