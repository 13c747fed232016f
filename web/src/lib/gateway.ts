export type Surface = 'chat' | 'messages' | 'responses'

/** The gateway's handlers under the console's own origin: same path, same key, no second address to guess. */
const chatPath = '/gateway/v1/chat/completions'

export interface ChatAnswer {
  requestId: string | null
  provider: string | null
  upstreamModel: string | null
  firstTokenMs: number | null
  totalMs: number
}

export class GatewayError extends Error {
  readonly status: number
  readonly requestId: string | null

  constructor(status: number, message: string, requestId: string | null) {
    super(message)
    this.name = 'GatewayError'
    this.status = status
    this.requestId = requestId
  }
}

interface ChatChunk {
  choices?: { delta?: { content?: string | null } }[]
  error?: { message?: string }
}

/** Splits a stream of server-sent events into the data of each event. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader()
  let buffer = ''
  for (;;) {
    const { value, done } = await reader.read()
    buffer += value ?? ''
    const events = buffer.split(/\r?\n\r?\n/)
    buffer = done ? '' : (events.pop() ?? '')
    for (const event of events) {
      const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'))
      if (lines.length > 0) yield lines.map((line) => line.slice(5).trimStart()).join('\n')
    }
    if (done) return
  }
}

/** Asks one question through the real gateway and hands over the answer as it comes. */
export async function streamChat(
  options: { key: string; model: string; prompt: string; signal?: AbortSignal },
  onText: (text: string) => void,
): Promise<ChatAnswer> {
  const started = performance.now()
  const response = await fetch(chatPath, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.key}`, 'content-type': 'application/json' },
    credentials: 'omit',
    signal: options.signal,
    body: JSON.stringify({
      model: options.model,
      stream: true,
      messages: [{ role: 'user', content: options.prompt }],
    }),
  })
  const requestId = response.headers.get('x-request-id')
  if (!response.ok || !response.body) {
    const answer = (await response.json().catch(() => null)) as ChatChunk | null
    throw new GatewayError(response.status, answer?.error?.message ?? `HTTP ${response.status}`, requestId)
  }
  let firstTokenMs: number | null = null
  for await (const data of readEvents(response.body)) {
    if (data === '[DONE]') break
    const chunk = JSON.parse(data) as ChatChunk
    if (chunk.error) throw new GatewayError(502, chunk.error.message ?? 'The stream broke', requestId)
    const text = chunk.choices?.[0]?.delta?.content
    if (!text) continue
    firstTokenMs ??= performance.now() - started
    onText(text)
  }
  return {
    requestId,
    provider: response.headers.get('x-thinkwatch-provider'),
    upstreamModel: response.headers.get('x-thinkwatch-model'),
    firstTokenMs,
    totalMs: performance.now() - started,
  }
}

const probes: Record<Surface, { path: string; headers: Record<string, string>; body: object }> = {
  chat: { path: chatPath, headers: {}, body: { messages: [{ role: 'user', content: 'Say hello' }] } },
  messages: {
    path: '/gateway/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { max_tokens: 256, messages: [{ role: 'user', content: 'Say hello' }] },
  },
  responses: { path: '/gateway/v1/responses', headers: {}, body: { input: 'Say hello', store: false } },
}

/** One small call in the words of one API; what comes back is only looked at when it is a refusal. */
export async function sayHello(options: {
  key: string
  model: string
  surface: Surface
}): Promise<{ requestId: string | null; totalMs: number }> {
  const started = performance.now()
  const { path, headers, body } = probes[options.surface]
  const response = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.key}`, 'content-type': 'application/json', ...headers },
    credentials: 'omit',
    body: JSON.stringify({ model: options.model, ...body }),
  })
  const answer = (await response.json().catch(() => null)) as { error?: { message?: string } } | null
  const requestId = response.headers.get('x-request-id')
  if (!response.ok) {
    throw new GatewayError(response.status, answer?.error?.message ?? `HTTP ${response.status}`, requestId)
  }
  return { requestId, totalMs: performance.now() - started }
}
