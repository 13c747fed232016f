import {
  asText,
  contentParts,
  isObject,
  parseJson,
  pretty,
  type Json,
  type Part,
  type Turn,
} from './conversation'

/** Anthropic's content blocks, of requests and answers alike. */
export function blockParts(content: unknown): Part[] {
  if (!Array.isArray(content)) return contentParts(content)
  return content.filter(isObject).flatMap((block): Part[] => {
    switch (block.type) {
      case 'thinking':
        return [{ kind: 'thinking', text: asText(block.thinking) }]
      case 'redacted_thinking':
        return []
      case 'tool_use':
        return [{ kind: 'tool_call', label: asText(block.name), text: pretty(asText(block.input)) }]
      case 'tool_result':
        return blockParts(block.content).map((part) => ({
          ...part,
          kind: 'tool_result',
          label: asText(block.tool_use_id),
        }))
      default:
        return contentParts([block])
    }
  })
}

/** Anthropic's system prompt stands beside its messages. */
export const systemTurns = (request: Json): Turn[] =>
  request.system ? [{ role: 'system', parts: contentParts(request.system) }] : []

/** The items of the Responses API, of `input` and of `output`. */
export function itemTurns(items: unknown): Turn[] {
  if (typeof items === 'string') return [{ role: 'user', parts: contentParts(items) }]
  if (!Array.isArray(items)) return []
  return items.filter(isObject).flatMap((item): Turn[] => {
    switch (item.type) {
      case 'function_call':
        return [
          {
            role: 'assistant',
            parts: [{ kind: 'tool_call', label: asText(item.name), text: pretty(asText(item.arguments)) }],
          },
        ]
      case 'function_call_output':
        return [
          {
            role: 'tool',
            parts: contentParts(item.output).map((part) => ({
              ...part,
              kind: 'tool_result',
              text: pretty(part.text),
              label: asText(item.call_id),
            })),
          },
        ]
      case 'reasoning': {
        const text = [item.summary, item.content]
          .flat()
          .filter(isObject)
          .map((part) => asText(part.text))
          .join('\n\n')
        return text ? [{ role: 'assistant', parts: [{ kind: 'thinking', text }] }] : []
      }
      default:
        return item.role ? [{ role: asText(item.role), parts: contentParts(item.content) }] : []
    }
  })
}

const eventsOf = (stream: string): Json[] =>
  stream
    .split('\n')
    .map((line) => (line.startsWith('data:') ? parseJson(line.slice(5).trim()) : undefined))
    .filter(isObject)

/** A captured stream of one of the two, put together; undefined when it is neither's. */
export function streamTurns(stream: string): Turn[] | undefined {
  const events = eventsOf(stream)
  const last = events.findLast((event) => isObject(event.response))
  if (last) return itemTurns((last.response as Json).output)
  if (!events.some((event) => event.type === 'message_start')) return undefined
  const blocks: Json[] = []
  const inputs = new Map<number, string>()
  for (const event of events) {
    const at = Number(event.index ?? 0)
    if (event.type === 'content_block_start' && isObject(event.content_block)) {
      blocks[at] = { ...event.content_block }
    }
    const block = blocks[at]
    if (event.type !== 'content_block_delta' || !isObject(event.delta) || !block) continue
    const { delta } = event
    if (delta.type === 'text_delta') block.text = asText(block.text) + asText(delta.text)
    if (delta.type === 'thinking_delta') block.thinking = asText(block.thinking) + asText(delta.thinking)
    if (delta.type === 'input_json_delta') {
      inputs.set(at, (inputs.get(at) ?? '') + asText(delta.partial_json))
      block.input = inputs.get(at)
    }
  }
  return [{ role: 'assistant', parts: blockParts(blocks.filter(isObject)) }]
}
