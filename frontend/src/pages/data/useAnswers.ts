import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { classesQuery, projectQuery } from '@/api/project'
import type { Answer, LabelClass } from '@/api/types'
import { KINDS } from '@/kinds'
import { answerText } from './answers'

interface Said {
  classes: LabelClass[]
  /** The word for "looked at, and none of the classes is there". */
  nothing: string
  say: (answer: Answer | null) => string
}

/** A project's classes, and answers in the reader's words. */
export function useAnswers(pid: number): Said {
  const { t } = useTranslation('data')
  const classes = useQuery(classesQuery(pid)).data ?? []
  const kind = useQuery(projectQuery(pid)).data?.kind ?? ''
  const nothing = t(KINDS[kind]?.drawn ? 'wall.nothingDrawn' : 'wall.nothing')
  const words = {
    nothing,
    pass: (reason: string) => {
      const key = `data:item.pass.${reason}`
      return i18next.exists(key) ? i18next.t(key as 'data:item.pass.skip') : reason
    },
  }
  return { classes, nothing, say: (answer) => answerText(answer, classes, words) }
}
