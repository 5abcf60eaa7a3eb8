import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { renderIn } from '@/test/render'
import Thanks from './Thanks'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn() },
}))

const figures = {
  today: 50,
  in_all: 90,
  pace: 41.2,
  pace_now: 48.4,
  agreement: { share: 0.96, of: 30 },
  seconds_left: 9,
}

it.each([
  ['en', '100 answers: thank you! · 48 per minute (your usual 41) · agreement 96%'],
  ['zh-CN', '已回答 100 张，谢谢你！ · 每分钟 48 张（平时 41 张） · 一致率 96%'],
] as const)('thanks in %s with what is known, and without what is not', async (language, line) => {
  vi.mocked(api.GET).mockResolvedValue({ data: figures, response: { ok: true, status: 200 } } as never)
  const page = await renderIn(<Thanks project={1} count={100} />, { language })
  expect(await screen.findByText(line)).toBeTruthy()
  page.unmount()
  const unknown = { ...figures, pace: null, pace_now: null, agreement: null }
  vi.mocked(api.GET).mockResolvedValue({ data: unknown, response: { ok: true, status: 200 } } as never)
  await renderIn(<Thanks project={1} count={100} />, { language })
  expect((await screen.findByRole('status')).textContent).toBe(line.split(' · ')[0])
})
