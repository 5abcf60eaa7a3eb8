import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { Choose } from './Choose'

function inFolder(path: string): File {
  const file = new File(['x'.repeat(500)], path.split('/').at(-1) ?? '')
  Object.defineProperty(file, 'webkitRelativePath', { value: path })
  return file
}

it('shows what was chosen and starts with it, in Chinese', async () => {
  const user = userEvent.setup()
  const onStart = vi.fn()
  await renderIn(<Choose busy={false} problem={null} onStart={onStart} />, { language: 'zh-CN' })
  const tree = ['pets/cat/1.jpg', 'pets/cat/2.jpg', 'pets/dog/3.jpg', 'pets/.DS_Store'].map(inFolder)
  await user.upload(screen.getByTestId('folder'), tree)
  expect(screen.getByText('3 个文件，2 kB')).toBeTruthy()
  expect(screen.getByText('文件夹：cat (2), dog (1)')).toBeTruthy()

  await user.click(screen.getByLabelText('是，每个算作一次回答'))
  const start = screen.getByRole<HTMLButtonElement>('button', { name: '导入 3 个文件' })
  expect(start.disabled).toBe(true)
  await user.type(screen.getByLabelText(/来源名称/), '博物馆')
  await user.click(start)
  const [files, choice] = onStart.mock.calls[0] ?? []
  expect(files.map(({ path }: { path: string }) => path)).toEqual([
    'pets/cat/1.jpg',
    'pets/cat/2.jpg',
    'pets/dog/3.jpg',
  ])
  expect(choice).toEqual({ name: '', labels_as: 'votes', source_name: '博物馆' })
})

it('asks nothing about labels where there are no folders, and adds no file twice', async () => {
  const user = userEvent.setup()
  await renderIn(<Choose busy={false} problem={null} onStart={() => undefined} />)
  await user.upload(screen.getByTestId('files'), [new File(['a'], 'a.png', { type: 'image/png' })])
  await user.upload(screen.getByTestId('files'), [new File(['a'], 'a.png', { type: 'image/png' })])
  expect(screen.getByRole('button', { name: 'Import 1 file' })).toBeTruthy()
  expect(screen.queryByRole('radiogroup')).toBeNull()
})
