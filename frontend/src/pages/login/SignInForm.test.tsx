import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { renderIn } from '@/test/render'
import { SignInForm } from './SignInForm'

function replying(status: number, body: unknown) {
  const asked = vi.fn(async (_: Request) => Response.json(body, { status }))
  vi.stubGlobal('fetch', asked)
  return asked
}

afterEach(() => vi.unstubAllGlobals())

it('says in Chinese what is missing before it asks the server', async () => {
  const asked = replying(200, {})
  const user = userEvent.setup()
  await renderIn(<SignInForm onSignedIn={() => undefined} />, { language: 'zh-CN' })
  await user.click(screen.getByRole('button', { name: '登录' }))
  expect(screen.getByText('请输入用户名。')).toBeTruthy()
  expect(screen.getByText('请输入密码。')).toBeTruthy()
  expect(asked).not.toHaveBeenCalled()
})

it('keeps the name and empties the password after a refusal', async () => {
  replying(401, { code: 'wrong_credentials', message: 'The name or the password is not right.', data: {} })
  const user = userEvent.setup()
  await renderIn(<SignInForm onSignedIn={() => undefined} />, { language: 'zh-CN' })
  await user.type(screen.getByLabelText(/用户名/), 'anna')
  await user.type(screen.getByLabelText(/^密码/), 'not it')
  await user.click(screen.getByRole('button', { name: '登录' }))
  expect((await screen.findByRole('alert')).textContent).toContain('用户名或密码不正确。')
  expect(screen.getByLabelText<HTMLInputElement>(/用户名/).value).toBe('anna')
  expect(screen.getByLabelText<HTMLInputElement>(/^密码/).value).toBe('')
})

it('hands on the session, having sent the CSRF token', async () => {
  // biome-ignore lint/suspicious/noDocumentCookie: as the server sets it
  document.cookie = 'csrftoken=abc123'
  const session = { user: { id: 4, username: 'anna', name: 'Anna' }, version: '1', csrf_token: 'x' }
  const asked = replying(200, session)
  const onSignedIn = vi.fn()
  const user = userEvent.setup()
  await renderIn(<SignInForm onSignedIn={onSignedIn} />)
  await user.type(screen.getByLabelText(/User name/), ' anna ')
  await user.type(screen.getByLabelText(/^Password/), 'a long enough one{Enter}')
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session))
  const request = asked.mock.calls[0]?.[0]
  expect(request?.headers.get('X-CSRFToken')).toBe('abc123')
  expect(await request?.json()).toEqual({ username: 'anna', password: 'a long enough one' })
})
