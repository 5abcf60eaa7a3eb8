import { fireEvent, screen, waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { renderIn } from '@/test/render'
import { AugmentationPreview } from './AugmentationPreview'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { POST: vi.fn() },
}))

const picture = (number: number, epoch: number, boxes: number) => ({
  url: `/preview/${number}-${epoch}.png`,
  picture: number,
  epoch,
  boxes,
})
const answer = (status: number, data: unknown) =>
  vi.mocked(api.POST).mockResolvedValue({
    [status < 400 ? 'data' : 'error']: data,
    response: { ok: status < 400, status },
  } as never)

const open = () => renderIn(<AugmentationPreview pid={1} version={4} preset="small" changes={{ size: 64 }} />)
const press = () => fireEvent.click(screen.getByRole('button', { name: 'Show some pictures' }))

beforeEach(() => vi.mocked(api.POST).mockReset())

describe('the look at augmentation', () => {
  it('asks only when told to, and shows each picture as it is and then through the epochs', async () => {
    answer(200, { pictures: [picture(0, 0, 2), picture(1, 0, 0), picture(0, 1, 1), picture(1, 1, 0)] })
    await open()
    expect(api.POST).not.toHaveBeenCalled()
    press()
    await waitFor(() => expect(screen.getAllByRole('img')).toHaveLength(4))
    expect(vi.mocked(api.POST).mock.calls[0]?.[1]).toMatchObject({
      body: { version: 4, preset: 'small', config: { size: 64 } },
    })
    expect(screen.getAllByRole('img').map((one) => one.getAttribute('alt'))).toEqual([
      'Picture 1: as it is, boxes: 2',
      'Picture 1: epoch 1, boxes: 1',
      'Picture 2: as it is',
      'Picture 2: epoch 1',
    ])
  })

  it('says while it works, and what to do when it fails', async () => {
    let finish: (value: unknown) => void = () => undefined
    vi.mocked(api.POST).mockReturnValue(new Promise((resolve) => (finish = resolve)) as never)
    await open()
    press()
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain('some seconds'))
    finish({
      error: { code: 'preview_failed', message: 'no picture of the train split is settled yet', data: {} },
      response: { ok: false, status: 422 },
    })
    const said = await screen.findByRole('alert')
    expect(said.textContent).toContain('no picture of the train split is settled yet')
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
  })
})
