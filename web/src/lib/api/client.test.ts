// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { api } from './client'
import { ApiError, unwrap } from './problem'

const problem = (status: number, more: object = {}) =>
  new Response(JSON.stringify({ title: 'No', status, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

afterEach(() => vi.unstubAllGlobals())

it('an expired access token is renewed once for any number of calls, and each is asked again', async () => {
  let renewed = false
  const calls: string[] = []
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const path = new URL(typeof input === 'string' ? input : input.url, 'http://x').pathname
    calls.push(path)
    if (path === '/api/auth/refresh') {
      await new Promise((resolve) => setTimeout(resolve, 5))
      renewed = true
      return new Response(null, { status: 204 })
    }
    return renewed ? Response.json({ items: [] }) : problem(401)
  })
  await Promise.all([unwrap(api.GET('/api/keys')), unwrap(api.GET('/api/admin/models'))])
  expect(calls.filter((path) => path === '/api/auth/refresh')).toHaveLength(1)
})

it('every request carries the header that a cross-site page cannot send', async () => {
  let header: string | null = null
  vi.stubGlobal('fetch', async (request: Request) => {
    header = request.headers.get('x-requested-with')
    return Response.json({ items: [] })
  })
  await unwrap(api.GET('/api/keys'))
  expect(header).toBe('thinkwatch-console')
})

it('a refusal becomes an error with its fields and request id', async () => {
  vi.stubGlobal('fetch', async () =>
    problem(422, { detail: 'Two things', request_id: 'r-1', errors: { name: ['Taken', 'Too long'] } }),
  )
  const error = await unwrap(api.GET('/api/keys')).catch((each) => each)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({
    status: 422,
    message: 'Two things',
    requestId: 'r-1',
    fields: { name: 'Taken' },
  })
})
