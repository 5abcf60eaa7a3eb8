import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { FormatCard } from './FormatCard'

const csv = {
  name: 'csv',
  title: 'CSV table',
  accepts: true,
  options: [
    { name: 'include', default: 'settled', choices: ['labeled', 'settled', 'all'], help: 'which pictures' },
    { name: 'votes', default: false, choices: [false, true], help: 'every vote' },
  ],
  sample: ['digest,name'],
}

it('exports with what was chosen, and with nothing said where nothing was', async () => {
  const user = userEvent.setup()
  const onExport = vi.fn()
  await renderIn(<FormatCard format={csv} busy={false} onExport={onExport} />)
  const button = screen.getByRole('button', { name: 'Export as CSV table' })
  await user.click(button)
  await user.selectOptions(screen.getByLabelText('Pictures'), 'all, also those not settled')
  await user.click(screen.getByLabelText('Also every vote, under pseudonyms'))
  await user.click(button)
  expect(onExport.mock.calls).toEqual([[{}], [{ include: 'all', votes: true }]])
})

it('says where a format cannot hold the labels, in Chinese', async () => {
  await renderIn(<FormatCard format={{ ...csv, accepts: false }} busy={false} onExport={vi.fn()} />, {
    language: 'zh-CN',
  })
  expect(screen.getByText('此格式无法容纳本项目的标注类型。')).toBeTruthy()
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '导出为 CSV 表格' }).disabled).toBe(true)
})
