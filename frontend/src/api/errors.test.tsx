import { beforeEach, describe, expect, it } from 'vitest'
import { textsIn } from '@/test/render'
import { ApiError, errorFrom, errorText, fieldErrors } from './errors'

describe('errorText', () => {
  beforeEach(() => textsIn('zh-CN'))

  it('says a known code in the language of the reader, with its data', () => {
    expect(errorText(new ApiError('username_taken', 'There is already …', { status: 422 }))).toBe(
      '此用户名已被使用，请换一个。',
    )
    const line = new ApiError('bad_class_list', 'line 3', { data: { line: 3, reason: 'no name' }, status: 422 })
    expect(errorText(line)).toBe('列表第 3 行无法采用：no name')
    expect(errorText(new ApiError('password_weak', 'Too common.', { status: 422 }))).toContain('Too common.')
  })

  it('falls back to the words of the server, then to words for anything', () => {
    expect(errorText(new ApiError('made_up_code', 'The moon is too full.', { status: 409 }))).toBe(
      'The moon is too full.',
    )
    expect(errorText(new ApiError('made_up_code', '', { status: 409 }))).toBe(
      '发生了意外情况。已保存的内容没有丢失，请重试。',
    )
    expect(errorText(new ApiError('made_up_code', '', { status: 404 }))).toBe('此地址没有内容，或您无权查看。')
    expect(errorText(new TypeError('x is undefined'))).toBe('发生了意外情况。已保存的内容没有丢失，请重试。')
  })
})

describe('errorFrom', () => {
  it('takes our own refusals as they are', () => {
    const problem = errorFrom({ code: 'forbidden', message: 'no', data: { needs: 'manage' } }, 403)
    expect([problem.code, problem.message, problem.data, problem.status]).toEqual([
      'forbidden',
      'no',
      { needs: 'manage' },
      403,
    ])
  })

  it('makes something usable of what a proxy sends', () => {
    expect(errorFrom('<html>502</html>', 502).code).toBe('server_error')
    expect(errorFrom(null, 413).code).toBe('http_413')
    expect(errorFrom({ code: 7 }, 400).code).toBe('http_400')
    expect(errorFrom({ code: 'x', message: 3, data: 'none' }, 400).data).toEqual({})
  })

  it('gives each field what was said of it', () => {
    const problem = errorFrom({ code: 'invalid', message: '', data: { fields: { name: ['Too long.', 'Bad.'] } } }, 422)
    expect(fieldErrors(problem)).toEqual({ name: 'Too long. Bad.' })
    expect(fieldErrors(new Error('other'))).toEqual({})
  })
})
