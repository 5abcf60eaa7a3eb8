import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { beforeEach, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { TryAnswer } from '@/api/tryouts'
import { sendForm } from '@/api/upload'
import type { Language } from '@/i18n/languages'
import { renderIn } from '@/test/render'
import { Trying } from './page'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), DELETE: vi.fn() },
}))
vi.mock('@/api/upload', () => ({ sendForm: vi.fn() }))

const trained = {
  key: 'checkpoint-4',
  name: 'first',
  architecture: 'resnet18',
  run: 3,
  epoch: 2,
  figure: 0.875,
  threshold: 0.4,
  created_at: '2025-01-01T00:00:00Z',
}
const weights = { ...trained, key: 'weights-9', name: 'imagenet', run: null, epoch: null, figure: null, threshold: 0.5 }
const one: TryAnswer = {
  form: 'one',
  classes: 3,
  width: 40,
  height: 30,
  guesses: [
    { concept: 1, name: 'cat', score: 0.75 },
    { concept: 2, name: 'dog', score: 0.25 },
  ],
}
const boxes: TryAnswer = {
  ...one,
  form: 'boxes',
  guesses: [
    { concept: 1, name: 'cat', score: 0.9, box: [10, 5, 30, 25] },
    { concept: 2, name: 'dog', score: 0.3, box: [0, 0, 8, 8] },
  ],
}

let models = [trained, weights]
/** What the server says at each look, the last again and again. */
let looks: unknown[] = []
const reply = (data: unknown) => ({ data, response: { ok: true, status: 200 } }) as never
const state = (state: string, more: object = {}) => ({ id: 7, state, step: '', answer: null, error: null, ...more })

beforeEach(() => {
  models = [trained, weights]
  looks = [state('done', { answer: one })]
  URL.createObjectURL = vi.fn(() => 'blob:picture')
  URL.revokeObjectURL = vi.fn()
  vi.mocked(sendForm).mockReset().mockResolvedValue(state('queued'))
  vi.mocked(api.DELETE).mockReset().mockResolvedValue(reply(undefined))
  vi.mocked(api.GET).mockReset()
  vi.mocked(api.GET).mockImplementation((async (path: string) => {
    if (path.endsWith('/tryouts')) return reply({ models, limit: 1000 })
    if (path.endsWith('/classes')) return reply([])
    return reply(looks.length > 1 ? looks.shift() : looks[0])
  }) as never)
})

async function open({ language = 'en' as Language, onModel = vi.fn(), wanted = undefined as string | undefined } = {}) {
  const root = createRootRoute({ component: () => <Trying pid={1} wanted={wanted} onModel={onModel} /> })
  const router = createRouter({ routeTree: root, history: createMemoryHistory() })
  return renderIn(<RouterProvider router={router as never} />, { language })
}
const picture = (name: string, size = 3) => new File(['x'.repeat(size)], name, { type: 'image/png' })
const give = async (...files: File[]) => userEvent.upload(await screen.findByTestId('pictures'), files)

it('shows one picture after another to the best model, says how far it is, and has each forgotten', async () => {
  looks = [state('running', { step: 'loading' }), state('done', { answer: one })]
  const { container } = await open()
  await give(picture('a.png'), picture('b.png'))
  await waitFor(() => expect(screen.getByText('The model is being loaded…')).toBeTruthy())
  expect(vi.mocked(sendForm).mock.calls).toHaveLength(1)
  expect(screen.getByText('Waits for the one before it.')).toBeTruthy()
  await waitFor(() => expect(screen.getAllByText('The model says:')).toHaveLength(2))
  const sent = vi
    .mocked(sendForm)
    .mock.calls.map(([url, parts]) => [url, parts.model, (parts.file as { name: string }).name])
  expect(sent).toEqual([
    ['/api/projects/1/tryouts', 'checkpoint-4', 'a.png'],
    ['/api/projects/1/tryouts', 'checkpoint-4', 'b.png'],
  ])
  expect(vi.mocked(api.DELETE).mock.calls).toHaveLength(2)
  const card = screen.getByRole('listitem', { name: 'a.png' })
  expect(
    within(card)
      .getAllByRole('listitem')
      .map((line) => line.textContent),
  ).toEqual(['cat75%', 'dog25%'])
  expect(within(card).getByText('The likeliest of 3 classes.')).toBeTruthy()
  expect((await axe.run(container, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([])
  await userEvent.click(within(card).getByRole('button', { name: 'Remove' }))
  expect(screen.queryByRole('listitem', { name: 'a.png' })).toBeNull()
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(1)
})

it('draws boxes from the threshold of the validation on, and follows the slider', async () => {
  looks = [state('done', { answer: boxes })]
  const { container } = await open()
  await give(picture('a.png'))
  expect(await screen.findByText('Boxes found: 1 (cat: 1)')).toBeTruthy()
  expect(container.querySelectorAll('svg rect[class*=line]')).toHaveLength(1)
  expect(screen.getByText(/Fainter boxes not shown: 1/)).toBeTruthy()
  const slider = screen.getByRole('slider', { name: /first · resnet18/ })
  expect(slider.getAttribute('aria-valuenow')).toBe('0.4')
  fireEvent.keyDown(slider, { key: 'Home' })
  expect(await screen.findByText('Boxes found: 2 (cat: 1, dog: 1)')).toBeTruthy()
  expect(container.querySelectorAll('svg rect[class*=line]')).toHaveLength(2)
  fireEvent.keyDown(slider, { key: 'End' })
  expect(await screen.findByText('No box with this score or more.')).toBeTruthy()
})

it('takes pasted and dropped pictures, and refuses one that is too large by itself', async () => {
  await open({ language: 'zh-CN' })
  const zone = await screen.findByRole('region', { name: '要给模型看的图片' })
  fireEvent.paste(document, { clipboardData: { files: [picture('pasted.png')] } })
  expect(await screen.findByRole('listitem', { name: 'pasted.png' })).toBeTruthy()
  fireEvent.drop(zone, { dataTransfer: { files: [picture('big.png', 1001), picture('small.png')] } })
  expect(await screen.findByRole('listitem', { name: 'small.png' })).toBeTruthy()
  expect(screen.queryByRole('listitem', { name: 'big.png' })).toBeNull()
  expect((await screen.findByRole('alert')).textContent).toContain('big.png')
})

it('says what went wrong, and tries again with the model that is chosen', async () => {
  const onModel = vi.fn()
  looks = [state('failed', { error: { code: 'not_a_picture', message: 'raw' } })]
  await open({ onModel, wanted: 'weights-9' })
  const select = await screen.findByLabelText<HTMLSelectElement>('Model')
  expect([...select.options].map((each) => each.text)).toEqual([
    'first · resnet18 · holdout 87.5%',
    'Weights imagenet · resnet18',
  ])
  expect(select.value).toBe('weights-9')
  await userEvent.selectOptions(select, 'checkpoint-4')
  expect(onModel).toHaveBeenCalledWith('checkpoint-4')
  await give(picture('a.png'))
  expect((await screen.findByRole('alert')).textContent).toContain('The content is no JPEG, PNG, WebP or GIF picture')
  vi.mocked(sendForm).mockRejectedValueOnce(new ApiError('tryouts_waiting', 'raw'))
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect((await screen.findByRole('alert')).textContent).toContain('still waiting for their answers')
  looks = [state('done', { answer: { ...one, form: 'any' } })]
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText(/Each class holds or not by itself/)).toBeTruthy()
})

it('says how to begin where there is no model', async () => {
  models = []
  await open()
  expect(await screen.findByRole('heading', { name: 'There is no model to try yet' })).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Go to training' }).getAttribute('href')).toBe('/p/1/runs')
  expect(screen.queryByTestId('pictures')).toBeNull()
})
