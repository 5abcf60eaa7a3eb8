import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { Tokens } from './Tokens'

const TOKEN = {
  id: 7,
  name: 'nightly upload',
  start: 'fovea_AbCd',
  scopes: ['read', 'write'],
  project: { id: 3, name: 'Birds' },
  created_at: '2020-01-01T00:00:00Z',
  expires_at: '2020-02-01T00:00:00Z',
  last_used_at: null,
}

/** A server with one token that makes and revokes others; what it was asked. */
function serving() {
  const asked: { method: string; path: string; body: unknown }[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname: path } = new URL(request.url)
    const { method } = request
    asked.push({ method, path, body: method === 'POST' ? await request.json() : null })
    if (method === 'DELETE') return new Response(null, { status: 204 })
    if (method === 'POST') return Response.json({ ...TOKEN, id: 8, token: 'fovea_secret' }, { status: 201 })
    return Response.json({ items: path === '/api/tokens' ? [TOKEN] : [{ id: 3, name: 'Birds' }], next: null })
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

it('says what a token opens, and that it has ended', async () => {
  serving()
  await renderIn(<Tokens />, { language: 'zh-CN' })
  const [listed] = await screen.findAllByRole('listitem')
  expect(listed?.textContent).toMatch(/fovea_AbCd….*查看.*导入与设置.*仅限 Birds.*已到期.*从未使用/)
})

it('makes a token with what was chosen and shows it once', async () => {
  const asked = serving()
  const user = userEvent.setup()
  await renderIn(<Tokens />)
  await user.click(screen.getByRole('button', { name: 'New API token' }))
  await user.click(await screen.findByRole('button', { name: 'Make the token' }))
  expect(screen.getByText('Choose at least one.')).toBeTruthy()
  await user.type(screen.getByRole('textbox', { name: /What is it for/ }), ' nightly ')
  await user.click(screen.getByRole('checkbox', { name: /Bring in and set up/ }))
  await user.selectOptions(screen.getByRole('combobox', { name: 'Where?' }), 'only in Birds')
  await user.selectOptions(screen.getByRole('combobox', { name: 'For how long?' }), 'until it is revoked')
  await user.click(screen.getByRole('button', { name: 'Make the token' }))
  expect((await screen.findByLabelText<HTMLInputElement>('API token')).value).toBe('fovea_secret')
  expect(asked.find(({ method }) => method === 'POST')?.body).toEqual({
    name: 'nightly',
    scopes: ['write'],
    project: 3,
    days: null,
  })
})

it('revokes a token after asking', async () => {
  const asked = serving()
  const user = userEvent.setup()
  await renderIn(<Tokens />)
  await user.click(await screen.findByRole('button', { name: 'Revoke the token “nightly upload”' }))
  expect(asked.some(({ method }) => method === 'DELETE')).toBe(false)
  await user.click(await screen.findByRole('button', { name: 'Revoke' }))
  await waitFor(() => expect(asked).toContainEqual({ method: 'DELETE', path: '/api/tokens/7', body: null }))
})
