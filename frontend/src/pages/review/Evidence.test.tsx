import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Language } from '@/i18n/languages'
import type { Answer } from '@/store/desk'
import { classOf } from '@/test/classes'
import { renderIn } from '@/test/render'
import { Evidence } from './Evidence'
import type { ReviewItem } from './queue'

const CLASSES = ['car', 'person'].map((name, index) => ({ ...classOf(name, index), concept_id: index + 1 }))

async function eachSaid(answers: unknown[], { drawn, language }: { drawn: boolean; language?: Language }) {
  const votes = answers.map((answer) => ({ answer: answer as Answer, surplus: false, proposed: false, asking: 1 }))
  const item = { task: 1, split: 'train', confidence: 0.5, asking: 1, distribution: [], answer: null, votes }
  const shown = <Evidence item={item as unknown as ReviewItem} classes={CLASSES} ruling={null} drawn={drawn} />
  await renderIn(shown, { language: language ?? 'en' })
  const [each] = screen.getAllByRole('list').slice(-1)
  return within(each as HTMLElement)
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)
}

const box = (concept: number) => ({ concept, box: [1, 1, 9, 9] })

it('says every class that was drawn, and that nothing is there', async () => {
  const answers = [{ boxes: [box(1), box(2), box(1)] }, { nothing: true }]
  expect(await eachSaid(answers, { drawn: true })).toEqual(['car × 2, person', 'Nothing here'])
})

it('says that no class fits where one is chosen', async () => {
  expect(await eachSaid([{ choice: [2] }, { nothing: true }], { drawn: false })).toEqual(['person', 'Nothing fits'])
})

it('says both in Chinese', async () => {
  expect(await eachSaid([{ nothing: true }], { drawn: true, language: 'zh-CN' })).toEqual(['什么都没有'])
})
