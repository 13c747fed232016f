import { ephemeralKey } from '@/lib/api/keys'
import { readEvents } from '@/lib/gateway'
import { chat } from './chat'
import { isObject, parseJson } from './json'
import { messages } from './messages'
import { responses } from './responses'
import type { Answer, CallError, Json, Settings, Surface, SurfaceFormat, Turn } from './types'

export const formats: Record<Surface, SurfaceFormat> = { chat, messages, responses }

/** A key is asked for anew when it has less than this left. */
const leastLeftMs = 60_000
/** The page is drawn at most this often while an answer streams. */
const drawEveryMs = 40

/** One short-lived key for a page of calls, made when the first of them needs it, and only once however many ask at the same time. */
export function createKeyring(make: typeof ephemeralKey = ephemeralKey) {
  let current: Promise<string> | undefined
  let expires = Number.POSITIVE_INFINITY
  const renew = async () => {
    try {
      const made = await make()
      expires = Date.parse(made.expires_at)
      return made.key
    } catch (error) {
      current = undefined
      throw error
    }
  }
  return (): Promise<string> => {
    if (current && expires - Date.now() > leastLeftMs) return current
    expires = Number.POSITIVE_INFINITY
    current = renew()
    return current
  }
}

export interface CallOptions {
  key: () => Promise<string>
  model: string
  surface: Surface
  turns: Turn[]
  settings: Settings
  signal: AbortSignal
}

export const begun = (model: string, surface: Surface): Answer => ({
  model,
  surface,
  status: 'running',
  parts: [],
  usage: {},
  requestId: null,
  headers: [],
  firstTokenMs: null,
  totalMs: null,
})

/** Asks through the real gateway; every state of the answer is handed over, the last one is returned. It never throws. */
export async function callModel(options: CallOptions, onChange: (answer: Answer) => void): Promise<Answer> {
  const { surface, signal } = options
  const format = formats[surface]
  let answer = begun(options.model, surface)
  let started = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    timer = undefined
    onChange(answer)
  }
  const update = (change: Partial<Answer>) => {
    answer = { ...answer, ...change }
    timer ??= setTimeout(draw, drawEveryMs)
  }
  const finish = (change: Partial<Answer>): Answer => {
    clearTimeout(timer)
    answer = { ...answer, ...change, totalMs: performance.now() - started }
    onChange(answer)
    return answer
  }

  try {
    const key = await options.key()
    started = performance.now()
    const response = await fetch(format.path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...format.headers },
      credentials: 'omit',
      signal,
      body: JSON.stringify(format.body(options.model, options.turns, options.settings)),
    })
    update({ requestId: response.headers.get('x-request-id'), headers: [...response.headers] })
    if (!response.ok || !response.body)
      return finish({ status: 'failed', error: await refusal(response, format) })
    if (!/event-stream/.test(response.headers.get('content-type') ?? '')) {
      const draft = format.read((await response.json()) as Json)
      return finish({ ...draft, status: 'done', firstTokenMs: performance.now() - started })
    }

    const reader = format.reader()
    for await (const data of readEvents(response.body)) {
      const event = data === '[DONE]' ? undefined : parseJson(data)
      if (!isObject(event)) continue
      const error = format.error(event)
      if (error)
        return finish({
          status: 'failed',
          error: { status: 502, message: error.message ?? '', code: error.code },
        })
      reader.add(event)
      const { draft } = reader
      const firstTokenMs =
        answer.firstTokenMs ?? (draft.parts.length > 0 ? performance.now() - started : null)
      update({ ...draft, firstTokenMs })
    }
    if (signal.aborted) return finish({ status: 'stopped' })
    return finish({ status: 'done' })
  } catch (error) {
    if (signal.aborted) return finish({ status: 'stopped' })
    return finish({ status: 'failed', error: describe(error) })
  }
}

async function refusal(response: Response, format: SurfaceFormat): Promise<CallError> {
  const body = parseJson(await response.text())
  const error = isObject(body) ? format.error(body) : undefined
  return { status: response.status, message: error?.message ?? '', code: error?.code }
}

/** What is thrown comes from the network, or from the API that makes the key. */
function describe(error: unknown): CallError {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0
  return { status, message: status > 0 ? (error as Error).message : '' }
}
