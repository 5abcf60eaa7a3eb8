import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { JobBar, type JobView } from './JobBar'

const RUNNING: JobView = {
  title: '导入：海边',
  state: 'running',
  done: 1200,
  total: 4800,
  message: '',
  rate: 40,
  seconds_left: 90,
}

it('says in Chinese how far, how fast, how long still', async () => {
  await renderIn(<JobBar job={RUNNING} />, { language: 'zh-CN' })
  const bar = screen.getByRole('progressbar', { name: '导入：海边 的进度' })
  expect(bar.getAttribute('aria-valuenow')).toBe('25')
  expect(screen.getByText('1,200 / 4,800 · 每秒 40 · 剩余 2分钟')).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})

it('asks once before it cancels', async () => {
  const user = userEvent.setup()
  const onCancel = vi.fn()
  await renderIn(<JobBar job={RUNNING} onCancel={onCancel} />)
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(onCancel).not.toHaveBeenCalled()
  await user.click(await screen.findByRole('button', { name: 'Yes' }))
  expect(onCancel).toHaveBeenCalledOnce()
})

it('offers nothing to cancel when the work has ended, and shows why it failed', async () => {
  const failed: JobView = { ...RUNNING, state: 'failed', message: 'The disk is full.' }
  await renderIn(<JobBar job={failed} onCancel={() => undefined} />)
  expect(screen.getByText('The disk is full.')).toBeTruthy()
  expect(screen.getByText('Failed')).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})
