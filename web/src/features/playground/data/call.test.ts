import { afterEach, expect, it, vi } from 'vitest'
import { callModel, createKeyring } from './call'
import { defaults } from './settings'
import type { Answer, Turn } from './types'

const turns: Turn[] = [{ kind: 'user', id: 'u', text: 'Hi', images: [] }]
const options = (signal = new AbortController().signal) => ({
  key: async () => 'k',
  model: 'm',
  surface: 'chat' as const,
  turns,
  settings: defaults,
  signal,
})
const sse = (...events: string[]) =>
  new Response(events.map((event) => `data: ${event}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream', 'x-request-id': 'row-1' },
  })
const text = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] })

afterEach(() => vi.unstubAllGlobals())

it('an answer streams in and keeps what its call took', async () => {
  vi.stubGlobal('fetch', async () => sse(text('Hel'), text('lo'), '[DONE]'))
  const answer = await callModel(options(), () => {})
  expect(answer).toMatchObject({
    status: 'done',
    requestId: 'row-1',
    parts: [{ kind: 'text', text: 'Hello' }],
  })
  expect(answer.firstTokenMs).not.toBeNull()
  expect(answer.headers).toContainEqual(['x-request-id', 'row-1'])
})

it('an error in the middle of a stream fails it and keeps what came before', async () => {
  vi.stubGlobal('fetch', async () =>
    sse(text('Hel'), '{"error":{"message":"It broke","code":"upstream_cut"}}'),
  )
  const answer = await callModel(options(), () => {})
  expect(answer).toMatchObject({
    status: 'failed',
    error: { message: 'It broke', code: 'upstream_cut' },
    parts: [{ kind: 'text', text: 'Hel' }],
  })
})

it('a refusal is told with its status, words and request id', async () => {
  vi.stubGlobal('fetch', async () =>
    Response.json(
      { error: { message: 'Limit reached', code: 'user:requests/1m' } },
      { status: 429, headers: { 'x-request-id': 'row-2', 'retry-after': '3' } },
    ),
  )
  const answer = await callModel(options(), () => {})
  expect(answer).toMatchObject({
    status: 'failed',
    requestId: 'row-2',
    error: { status: 429, message: 'Limit reached', code: 'user:requests/1m' },
  })
})

it('a stop keeps what was said so far', async () => {
  const controller = new AbortController()
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    const stream = new ReadableStream<Uint8Array>({
      start(body) {
        body.enqueue(new TextEncoder().encode(`data: ${text('Half')}\n\n`))
        init.signal?.addEventListener('abort', () => body.error(init.signal?.reason))
      },
    })
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  })
  const answer = await callModel(options(controller.signal), (state: Answer) => {
    if (state.parts.length > 0) controller.abort()
  })
  expect(answer).toMatchObject({ status: 'stopped', parts: [{ kind: 'text', text: 'Half' }] })
})

it('a broken connection is a failure without a status', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  expect(await callModel(options(), () => {})).toMatchObject({ status: 'failed', error: { status: 0 } })
})

it('one key serves all calls until it is about to expire', async () => {
  let made = 0
  const key = createKeyring(async () => {
    made += 1
    const life = made === 1 ? 900_000 : 1_000
    return { key: `k${made}`, expires_at: new Date(Date.now() + life).toISOString() }
  })
  expect(await Promise.all([key(), key()])).toEqual(['k1', 'k1'])
  vi.setSystemTime(Date.now() + 880_000)
  expect(await key()).toBe('k2')
  vi.useRealTimers()
})
