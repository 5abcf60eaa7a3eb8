import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { CopyField } from './CopyField'

const LINK = 'http://192.168.1.7:8000/invitation/abc'

afterEach(() => vi.unstubAllGlobals())

it('copies with one click where the browser allows it', async () => {
  const user = userEvent.setup()
  await renderIn(<CopyField label="Link" value={LINK} />)
  await user.click(screen.getByRole('button', { name: 'Copy' }))
  expect(await navigator.clipboard.readText()).toBe(LINK)
  expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy()
})

it('selects the text and says what to press on plain http, in Chinese', async () => {
  const user = userEvent.setup()
  await renderIn(<CopyField label="邀请链接" value={LINK} />, { language: 'zh-CN' })
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined })
  await user.click(screen.getByRole('button', { name: '复制' }))
  const field = screen.getByLabelText<HTMLInputElement>('邀请链接')
  expect(document.activeElement).toBe(field)
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, LINK.length])
  expect(screen.getByRole('status').textContent).toContain('Ctrl+C')
})
