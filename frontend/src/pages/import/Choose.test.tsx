import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { Choose } from './Choose'

afterEach(() => vi.unstubAllGlobals())

function inFolder(path: string): File {
  const file = new File(['x'.repeat(500)], path.split('/').at(-1) ?? '')
  Object.defineProperty(file, 'webkitRelativePath', { value: path })
  return file
}

it('shows what was chosen and starts with it, in Chinese', async () => {
  const user = userEvent.setup()
  const onStart = vi.fn()
  await renderIn(<Choose pid={1} unfinished={[]} busy={false} problem={null} onStart={onStart} />, {
    language: 'zh-CN',
  })
  const tree = ['pets/cat/1.jpg', 'pets/cat/2.jpg', 'pets/dog/3.jpg', 'pets/.DS_Store'].map(inFolder)
  await user.upload(screen.getByTestId('folder'), tree)
  expect(screen.getByText('3 个文件，2 kB')).toBeTruthy()
  expect(screen.getByText('文件夹：cat (2), dog (1)')).toBeTruthy()

  await user.click(screen.getByRole('button', { name: '导入 3 个文件' }))
  const [files, choice] = onStart.mock.calls[0] ?? []
  expect(files.map(({ path }: { path: string }) => path)).toEqual([
    'pets/cat/1.jpg',
    'pets/cat/2.jpg',
    'pets/dog/3.jpg',
  ])
  expect(choice).toEqual({ name: 'pets', staged: false })

  await user.click(screen.getByLabelText('是，先查看标注'))
  await user.click(screen.getByRole('button', { name: '发送 3 个文件并查看' }))
  expect(onStart.mock.lastCall?.[1]).toEqual({ name: 'pets', staged: true })
})

it('looks first at a zip and at a folder with files beside its pictures, unless told otherwise', async () => {
  const user = userEvent.setup()
  const onStart = vi.fn()
  await renderIn(<Choose pid={1} unfinished={[]} busy={false} problem={null} onStart={onStart} />)
  await user.upload(screen.getByTestId('files'), [new File(['a'], 'blood.zip')])
  await user.click(screen.getByRole('button', { name: 'Send 1 file and look at it' }))
  expect(onStart.mock.lastCall?.[1]).toEqual({ name: 'blood', staged: true })
  await user.click(screen.getByLabelText('No, only pictures'))
  await user.type(screen.getByLabelText(/Name of this delivery/), 'second half')
  await user.click(screen.getByRole('button', { name: 'Import 1 file' }))
  expect(onStart.mock.lastCall?.[1]).toEqual({ name: 'second half', staged: false })

  await user.click(screen.getByRole('button', { name: 'Take them away' }))
  await user.upload(screen.getByTestId('folder'), ['set/a.jpg', 'set/a.xml', 'other/b.jpg'].map(inFolder))
  await user.clear(screen.getByLabelText(/Name of this delivery/))
  await user.click(screen.getByLabelText('Yes, look at them first'))
  await user.click(screen.getByRole('button', { name: 'Send 3 files and look at them' }))
  expect(onStart.mock.lastCall?.[1]).toEqual({ name: '', staged: true })
})

it('asks nothing about labels where there are no folders, and adds no file twice', async () => {
  const user = userEvent.setup()
  await renderIn(<Choose pid={1} unfinished={[]} busy={false} problem={null} onStart={() => undefined} />)
  await user.upload(screen.getByTestId('files'), [new File(['a'], 'a.png', { type: 'image/png' })])
  await user.upload(screen.getByTestId('files'), [new File(['a'], 'a.png', { type: 'image/png' })])
  expect(screen.getByRole('button', { name: 'Import 1 file' })).toBeTruthy()
  expect(screen.queryByRole('radiogroup')).toBeNull()
})

it('offers to send only what is missing of an upload that broke off', async () => {
  const user = userEvent.setup()
  const onStart = vi.fn()
  const upload = {
    id: 7,
    name: 'pets',
    staged: false,
    created_at: '2026-05-04T09:30:00Z',
    kept_until: '2026-05-11T09:30:00Z',
    expected: 3,
    arrived: 2,
    arrived_bytes: 1000,
    left: 1,
    left_bytes: 500,
  }
  const asked: unknown[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(await request.json())
    return Response.json({ missing: [1], held_bytes: 100 })
  })
  await renderIn(<Choose pid={1} unfinished={[upload]} busy={false} problem={null} onStart={onStart} />)
  const files = ['pets/cat/1.jpg', 'pets/cat/2.jpg', 'pets/dog/3.jpg'].map(inFolder)
  await user.upload(screen.getByTestId('folder'), files)
  expect(await screen.findByText('2 of 3 are already here')).toBeTruthy()
  const listed = { path: 'pets/cat/1.jpg', size: 500, modified: files[0]?.lastModified }
  expect(asked).toEqual([{ files: expect.arrayContaining([listed]) }])
  await user.click(screen.getByRole('button', { name: 'Send the 1 that is missing' }))
  const plan = { missing: new Set([1]), missingBytes: 500, heldBytes: 100, here: 2 }
  expect(onStart.mock.lastCall?.[2]).toEqual({ upload, plan })

  await user.click(screen.getByRole('button', { name: 'Send all of it as a new delivery' }))
  await user.click(screen.getByRole('button', { name: 'Import 3 files' }))
  expect(onStart.mock.lastCall?.[2]).toBeUndefined()
})
