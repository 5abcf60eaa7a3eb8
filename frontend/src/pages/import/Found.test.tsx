import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import type { Analysis, Batch, FoundClass } from '@/api/types'
import type { Language } from '@/i18n/languages'
import { renderIn } from '@/test/render'
import { Found } from './Found'

vi.mock('@/api/client', async (original) => ({
  ...(await original<typeof import('@/api/client')>()),
  api: { GET: vi.fn(), POST: vi.fn() },
}))

const found = (name: string, concept: number | null): FoundClass => ({ name, pictures: 4, boxes: 9, concept })

const ANALYSIS: Analysis = {
  layouts: ['voc'],
  says: 'boxes',
  fits: true,
  pictures: 1364,
  labeled: 1359,
  empty: 1,
  unsaid: 4,
  boxes: 4888,
  duplicates: 2,
  repeated: 0,
  splits: { train: 1292, holdout: 72, none: 0 },
  classes: [found('RBC', 101), found('Platelets', null), found('dust', null)],
  problems: {
    count: 301,
    listed: [{ path: 'Annotations/7.xml', code: 'boxes_left_out', message: '7.xml: object 2 of cell is left out' }],
  },
}
const CLASSES = ['RBC', 'WBC'].map((name, index) => ({
  id: index,
  concept_id: 101 + index,
  name,
  archived: false,
  examples: [],
}))
const BATCH = { id: 5, name: 'blood', source_name: '', state: 'analysed', staged: true } as unknown as Batch
const onAway = vi.fn()

async function open(change: Partial<Analysis> = {}, language: Language = 'en') {
  vi.mocked(api.GET).mockImplementation((async (path: string) => ({
    data: path.endsWith('/analysis') ? { ...ANALYSIS, ...change } : CLASSES,
    response: { ok: true, status: 200 },
  })) as never)
  await renderIn(<Found pid={1} batch={BATCH} onAway={onAway} />, { language })
  await screen.findByRole('heading', { level: 2 })
}

const take = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Take in 1,364 pictures' })
const sent = (place = 0) => vi.mocked(api.POST).mock.calls[place] as unknown as [string, { body: unknown }]

/** Says by keyboard alone what a class means. */
async function say(name: string, typed: string) {
  const user = userEvent.setup()
  const field = screen.getByRole<HTMLInputElement>('combobox', { name: `\u201c${name}\u201d means` })
  field.focus()
  await user.clear(field)
  await user.keyboard(`${typed}{ArrowDown}{Enter}`)
  return field
}

describe('what was found', () => {
  // Nothing has a size in this DOM, and a list without height shows nothing.
  const height = Object.getOwnPropertyDescriptor(Element.prototype, 'clientHeight')
  beforeAll(() => {
    Object.defineProperty(Element.prototype, 'clientHeight', { configurable: true, value: 400 })
  })
  afterAll(() => {
    if (height) Object.defineProperty(Element.prototype, 'clientHeight', height)
  })
  beforeEach(() => {
    onAway.mockReset()
    vi.mocked(api.POST).mockReset()
    vi.mocked(api.POST).mockResolvedValue({ data: BATCH, response: { ok: true, status: 200 } } as never)
  })

  it('is told in figures, and every problem by name with its reason', async () => {
    await open()
    expect(screen.getByText('Pascal VOC')).toBeTruthy()
    expect(screen.getByText('4,888')).toBeTruthy()
    expect(screen.getByText('1,292 to train on · 72 to test on (holdout)')).toBeTruthy()
    expect(screen.getByRole('heading', { name: '301 records that cannot be used' })).toBeTruthy()
    const list = within(screen.getByRole('table', { name: 'Records that cannot be used' }))
    expect(list.getByText('Annotations/7.xml')).toBeTruthy()
    expect(list.getByText('Some of its boxes do not fit the picture and were left out.')).toBeTruthy()
    expect(list.getByText('7.xml: object 2 of cell is left out')).toBeTruthy()
    expect(screen.getByText('and 300 more')).toBeTruthy()
  })

  it('is taken in once every class has a meaning, with all that was said', async () => {
    await open()
    expect(screen.getByText('2 classes have no meaning yet')).toBeTruthy()
    expect(take().disabled).toBe(true)
    expect((await say('Platelets', 'WB')).value).toBe('WBC')
    await say('dust', 'Leave')
    expect(screen.getByText('Every class has a meaning')).toBeTruthy()
    fireEvent.click(screen.getByLabelText('The truth'))
    fireEvent.click(screen.getByLabelText('There is nothing on them'))
    fireEvent.click(screen.getByLabelText('Keep the set’s own split'))
    fireEvent.click(take())
    await waitFor(() => expect(api.POST).toHaveBeenCalled())
    const [path, { body }] = sent()
    expect(path).toBe('/api/projects/{pid}/batches/{bid}/commit')
    expect(body).toEqual({
      labels_as: 'gold',
      source_name: 'blood',
      take_splits: false,
      unsaid_is_empty: true,
      mapping: [
        { name: 'RBC', concept: 101 },
        { name: 'Platelets', concept: 102 },
        { name: 'dust', ignore: true },
      ],
    })
  })

  it('needs no meanings and no source for the pictures alone', async () => {
    await open()
    fireEvent.click(screen.getByLabelText('Nothing: only the pictures'))
    expect(screen.queryByRole('combobox')).toBeNull()
    fireEvent.click(take())
    await waitFor(() => expect(api.POST).toHaveBeenCalled())
    expect(sent()[1].body).toMatchObject({ labels_as: 'none', mapping: [] })
  })

  it('needs a source for labels', async () => {
    await open({ classes: [found('RBC', 101)] })
    fireEvent.change(screen.getByLabelText(/Name of the source/), { target: { value: ' ' } })
    expect(take().disabled).toBe(true)
    expect(screen.getByText('First name the source of the labels.')).toBeTruthy()
  })

  it('takes only the pictures where the labels are of another kind, and says why', async () => {
    await open({ fits: false })
    expect(screen.getByText(/^The labels are boxes, and this project asks for a class/)).toBeTruthy()
    expect(screen.queryByRole('radiogroup')).toBeNull()
    fireEvent.click(take())
    await waitFor(() => expect(api.POST).toHaveBeenCalled())
    expect(sent()[1].body).toMatchObject({ labels_as: 'none' })
  })

  it('finds one of a thousand classes and decides the rest at once, in Chinese', async () => {
    const many = Array.from({ length: 1000 }, (_, at) => found(`n${at}`, null))
    await open({ classes: many }, 'zh-CN')
    expect(screen.getAllByRole('combobox').length).toBeLessThan(40)
    fireEvent.change(screen.getByLabelText('查找类别'), { target: { value: 'N999' } })
    expect(screen.getAllByRole('combobox').map((each) => each.getAttribute('aria-label'))).toEqual(['“n999”的含义'])
    fireEvent.click(screen.getByRole('button', { name: '将这 1000 个全部新建为类别' }))
    fireEvent.click(screen.getByRole('button', { name: '导入 1,364 张图片' }))
    await waitFor(() => expect(api.POST).toHaveBeenCalled())
    const { mapping } = sent()[1].body as { mapping: unknown[] }
    expect(mapping.length).toBe(1000)
    expect(mapping[999]).toEqual({ name: 'n999', new: 'n999' })
  })

  it('says what to do when the server refuses, and keeps what was said', async () => {
    const problem = { code: 'bad_class_list', message: 'no', data: { line: 2, reason: 'too long' } }
    vi.mocked(api.POST).mockResolvedValue({ error: problem, response: { ok: false, status: 422 } } as never)
    await open({ classes: [found('RBC', 101)] })
    fireEvent.click(take())
    expect(await screen.findByText(/^Line 2 of the list cannot be taken/)).toBeTruthy()
    expect(screen.getByRole<HTMLInputElement>('combobox').value).toBe('RBC')
  })

  it('is discarded only after a question', async () => {
    await open()
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
    expect(api.POST).not.toHaveBeenCalled()
    fireEvent.click(await screen.findByRole('button', { name: 'Yes' }))
    await waitFor(() => expect(onAway).toHaveBeenCalled())
    expect(sent()[0]).toBe('/api/projects/{pid}/batches/{bid}/cancel')
  })
})
