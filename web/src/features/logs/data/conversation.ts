import { blockParts, itemTurns, streamTurns, systemTurns } from './other-surfaces'

/** A captured call as a conversation, whatever of it could be understood. */
export interface Part {
  kind: 'text' | 'media' | 'tool_call' | 'tool_result' | 'thinking' | 'refusal'
  text: string
  /** Name of the tool, or kind and size of the medium. */
  label?: string
}

export interface Turn {
  role: string
  parts: Part[]
}

export type Json = Record<string, unknown>
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const asText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value, null, 2)

export function parseJson(body: string | null | undefined): unknown {
  if (!body) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function media(part: Json): Part {
  const holder = [part.image_url, part.input_audio, part.file, part].find(isObject) ?? part
  const source = asText(holder.url ?? holder.data ?? holder.file_data ?? holder.filename ?? holder.file_id)
  const inline = /^data:([^;,]+)/.exec(source)
  const size = Math.round((source.length * 3) / 4 / 1_024)
  return {
    kind: 'media',
    label: String(part.type ?? 'media'),
    text: inline || !/^https?:/.test(source) ? `${inline?.[1] ?? ''} ≈ ${size} KB`.trim() : source,
  }
}

export function contentParts(content: unknown): Part[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  if (!Array.isArray(content)) return [{ kind: 'text', text: asText(content) }]
  return content.flatMap((part): Part[] => {
    if (!isObject(part)) return [{ kind: 'text', text: asText(part) }]
    if (typeof part.text === 'string') return [{ kind: 'text', text: part.text }]
    if (typeof part.refusal === 'string') return [{ kind: 'refusal', text: part.refusal }]
    return [media(part)]
  })
}

export const pretty = (text: string) => {
  const parsed = parseJson(text)
  return parsed === undefined ? text : JSON.stringify(parsed, null, 2)
}

function toolCalls(message: Json): Part[] {
  if (!Array.isArray(message.tool_calls)) return []
  return message.tool_calls.filter(isObject).map((call): Part => {
    const target = isObject(call.function) ? call.function : call
    return {
      kind: 'tool_call',
      label: asText(target.name),
      text: pretty(asText(target.arguments ?? target.input)),
    }
  })
}

function toTurn(message: Json): Turn {
  const role = asText(message.role) || 'assistant'
  const thinking = asText(message.reasoning_content ?? message.reasoning)
  const parts: Part[] = [
    ...(thinking ? [{ kind: 'thinking' as const, text: thinking }] : []),
    ...blockParts(message.content),
    ...(typeof message.refusal === 'string' ? [{ kind: 'refusal' as const, text: message.refusal }] : []),
    ...toolCalls(message),
  ]
  if (role === 'tool') {
    return {
      role,
      parts: parts.map((part) => ({
        ...part,
        kind: 'tool_result',
        text: pretty(part.text),
        label: asText(message.tool_call_id),
      })),
    }
  }
  return { role, parts }
}

export function requestTurns(body: string | null | undefined): Turn[] | undefined {
  const request = parseJson(body)
  if (!isObject(request)) return undefined
  if (request.input !== undefined && !request.messages) {
    const turns = itemTurns(request.input)
    const told: Turn[] = request.instructions
      ? [{ role: 'system', parts: contentParts(request.instructions) }]
      : []
    return turns.length > 0 ? [...told, ...turns] : undefined
  }
  if (!Array.isArray(request.messages)) return undefined
  return [...systemTurns(request), ...request.messages.filter(isObject).map(toTurn)]
}

/** Puts the chunks of a captured event stream together into one message a choice. */
function assemble(stream: string): Json[] {
  const choices = new Map<number, Json>()
  for (const line of stream.split('\n')) {
    const chunk = line.startsWith('data:') ? parseJson(line.slice(5).trim()) : undefined
    if (!isObject(chunk) || !Array.isArray(chunk.choices)) continue
    for (const choice of chunk.choices.filter(isObject)) {
      const delta = isObject(choice.delta) ? choice.delta : {}
      const index = Number(choice.index ?? 0)
      const message = choices.get(index) ?? { role: 'assistant', content: '', tool_calls: [] }
      choices.set(index, message)
      message.content = asText(message.content) + asText(delta.content)
      if (delta.reasoning_content) {
        message.reasoning_content = asText(message.reasoning_content) + asText(delta.reasoning_content)
      }
      if (!Array.isArray(delta.tool_calls)) continue
      const calls = message.tool_calls as Json[]
      for (const piece of delta.tool_calls.filter(isObject)) {
        const at = Number(piece.index ?? 0)
        const call = (calls[at] ??= { function: { name: '', arguments: '' } })
        const target = call.function as Json
        const added = isObject(piece.function) ? piece.function : {}
        target.name = asText(target.name) + asText(added.name)
        target.arguments = asText(target.arguments) + asText(added.arguments)
      }
    }
  }
  return [...choices.values()]
}

export function responseTurns(body: string | null | undefined): Turn[] | undefined {
  if (!body) return undefined
  const response = parseJson(body)
  if (isObject(response) && Array.isArray(response.choices)) {
    return response.choices
      .filter(isObject)
      .map((choice) => choice.message)
      .filter(isObject)
      .map(toTurn)
  }
  if (isObject(response) && Array.isArray(response.output)) return itemTurns(response.output)
  if (isObject(response) && response.type === 'message') {
    return [{ role: 'assistant', parts: blockParts(response.content) }]
  }
  if (response === undefined && body.includes('data:')) {
    const other = streamTurns(body)
    if (other) return other
    const messages = assemble(body)
    return messages.length > 0 ? messages.map(toTurn) : undefined
  }
  return undefined
}

export function responseError(body: string | null | undefined): string | undefined {
  const response = parseJson(body)
  if (!isObject(response) || !isObject(response.error)) return undefined
  return asText(response.error.message) || asText(response.error)
}

/** The request's own settings, beside model and messages. */
export function requestSettings(body: string | null | undefined): [string, string][] {
  const request = parseJson(body)
  if (!isObject(request)) return []
  return Object.entries(request)
    .filter(([name]) => !['messages', 'model', 'input', 'instructions', 'system'].includes(name))
    .map(([name, value]) => {
      if (name === 'tools' && Array.isArray(value)) {
        const names = value
          .filter(isObject)
          .map((tool) => asText(isObject(tool.function) ? tool.function.name : (tool.name ?? tool.type)))
        return [name, names.join(', ')]
      }
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]
    })
}
