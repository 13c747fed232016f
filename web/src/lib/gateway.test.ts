import { afterEach, expect, it, vi } from 'vitest'
import { GatewayError, readEvents, streamChat } from './gateway'

function stream(...pieces: string[]) {
  const bytes = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(bytes.encode(piece))
      controller.close()
    },
  })
}

const event = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`

afterEach(() => vi.unstubAllGlobals())

it('events cut anywhere by the network come out whole', async () => {
  const events: string[] = []
  for await (const data of readEvents(
    stream(': ping\n\nda', 'ta: one\r', '\n\r\ndata: two\n\ndata: las', 't'),
  ))
    events.push(data)
  expect(events).toEqual(['one', 'two', 'last'])
})

it('an answer is handed over as it streams, with the id of its row', async () => {
  const answer = new Response(stream(event('Hel'), event('lo'), 'data: [DONE]\n\n'), {
    headers: { 'x-request-id': 'row-1', 'x-thinkwatch-provider': 'simulator' },
  })
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue(answer))
  const pieces: string[] = []
  const result = await streamChat({ key: 'k', model: 'm', prompt: 'p' }, (text) => pieces.push(text))
  expect(pieces).toEqual(['Hel', 'lo'])
  expect(result).toMatchObject({ requestId: 'row-1', provider: 'simulator' })
})

it("a refusal carries the gateway's own words, status and request id", async () => {
  const refusal = Response.json(
    { error: { message: 'Limit reached', code: 'user:requests/1m' } },
    { status: 429, headers: { 'x-request-id': 'row-2' } },
  )
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue(refusal))
  const failure = await streamChat({ key: 'k', model: 'm', prompt: 'p' }, () => {}).catch((error) => error)
  expect(failure).toBeInstanceOf(GatewayError)
  expect(failure).toMatchObject({ message: 'Limit reached', status: 429, requestId: 'row-2' })
})
