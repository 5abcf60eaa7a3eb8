import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { classesQuery } from '@/api/project'
import type { Answer, LabelClass } from '@/api/types'
import { answerText } from './answers'

/** A project's classes, and answers in the reader's words. */
export function useAnswers(pid: number): { classes: LabelClass[]; say: (answer: Answer | null) => string } {
  const { t } = useTranslation('data')
  const classes = useQuery(classesQuery(pid)).data ?? []
  const words = {
    nothing: t('wall.nothing'),
    pass: (reason: string) => {
      const key = `data:item.pass.${reason}`
      return i18next.exists(key) ? i18next.t(key as 'data:item.pass.skip') : reason
    },
  }
  return { classes, say: (answer) => answerText(answer, classes, words) }
}
