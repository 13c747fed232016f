import { callsOf, history, nativeOf, textOf } from './history'
import { count, given, isObject, object, objects, parseArguments, text } from './json'
import type { Answer, AnswerPart, Draft, Json, Settings, SurfaceFormat, Turn, Usage } from './types'

const budgets = { low: 2_048, medium: 8_192, high: 24_576 }
/** Anthropic's API has no default of its own. */
const answerTokens = 4_096

/** Anthropic Messages. The content blocks go back as they came, signatures of thinking included. */
export const messages: SurfaceFormat = {
  path: '/gateway/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body: (model, turns, settings) => ({
    ...given({
      model,
      max_tokens: settings.maxTokens ?? answerTokens + budgetOf(settings),
      system: settings.system,
      messages: merged(history(turns).map(message)),
      temperature: settings.temperature,
      top_p: settings.topP,
      stop_sequences: settings.stop,
      thinking: budgetOf(settings) ? { type: 'enabled', budget_tokens: budgetOf(settings) } : undefined,
      tools: settings.tools.map((tool) =>
        given({ name: tool.name, description: tool.description, input_schema: tool.parameters }),
      ),
      tool_choice:
        settings.tools.length > 0
          ? { type: settings.toolChoice === 'required' ? 'any' : settings.toolChoice }
          : undefined,
      stream: settings.stream || undefined,
    }),
    ...settings.extra,
  }),
  read: (answer) => ({
    parts: partsOf(objects(answer.content)),
    usage: usageOf(object(answer.usage)),
    stopReason: text(answer.stop_reason) || undefined,
    native: answer.content,
  }),
  reader: () => {
    const blocks: Json[] = []
    const partial = new Map<number, string>()
    const draft: Draft = { parts: [], usage: {}, native: blocks }
    let reported: Json = {}
    return {
      draft,
      add: (event) => {
        const at = Number(event.index ?? 0)
        if (event.type === 'message_start') reported = object(object(event.message).usage)
        if (event.type === 'message_delta') {
          reported = { ...reported, ...object(event.usage) }
          draft.stopReason = text(object(event.delta).stop_reason) || draft.stopReason
        }
        if (event.type === 'content_block_start') blocks[at] = { ...object(event.content_block) }
        if (event.type === 'content_block_delta') grow((blocks[at] ??= {}), object(event.delta), at, partial)
        if (event.type === 'content_block_stop' && partial.has(at)) {
          blocks[at] = { ...blocks[at], input: parseArguments(partial.get(at) ?? '') }
        }
        draft.usage = usageOf(reported)
        draft.parts = partsOf(blocks, partial)
      },
    }
  },
  error: (body) => {
    if (body.type !== 'error' || !isObject(body.error)) return undefined
    const { error } = body
    return { message: text(error.message), code: text(object(error.details).error_code) || text(error.type) }
  },
}

const budgetOf = (settings: Settings): number =>
  settings.effort === 'default' ? 0 : budgets[settings.effort]

interface Message {
  role: 'user' | 'assistant'
  content: Json[]
}

function message(turn: Turn): Message {
  if (turn.kind === 'user') {
    const images = turn.images.map((image) => ({
      type: 'image',
      source: { type: 'base64', media_type: image.mediaType, data: image.base64 },
    }))
    return { role: 'user', content: [...images, ...(turn.text ? [{ type: 'text', text: turn.text }] : [])] }
  }
  if (turn.kind === 'results') {
    const content = turn.results.map((result) =>
      given({
        type: 'tool_result',
        tool_use_id: result.callId,
        content: result.text,
        is_error: result.failed || undefined,
      }),
    )
    return { role: 'user', content }
  }
  return { role: 'assistant', content: nativeOf<Json[]>(turn.answer, 'messages') ?? written(turn.answer) }
}

const written = (answer: Answer): Json[] => [
  ...(textOf(answer.parts) ? [{ type: 'text', text: textOf(answer.parts) }] : []),
  ...callsOf(answer).map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: parseArguments(call.arguments),
  })),
]

/** The two roles take turns: what stands side by side of one role is one message. */
function merged(list: Message[]): Message[] {
  const result: Message[] = []
  for (const each of list.filter((one) => one.content.length > 0)) {
    const last = result.at(-1)
    if (last?.role === each.role) last.content = [...last.content, ...each.content]
    else result.push({ ...each })
  }
  return result
}

function grow(block: Json, delta: Json, at: number, partial: Map<number, string>): void {
  if (delta.type === 'text_delta') block.text = text(block.text) + text(delta.text)
  if (delta.type === 'thinking_delta') block.thinking = text(block.thinking) + text(delta.thinking)
  if (delta.type === 'signature_delta') block.signature = text(block.signature) + text(delta.signature)
  if (delta.type === 'input_json_delta') {
    partial.set(at, (partial.get(at) ?? '') + text(delta.partial_json))
  }
}

function partsOf(blocks: Json[], partial?: Map<number, string>): AnswerPart[] {
  return blocks.flatMap((block, at): AnswerPart[] => {
    if (block.type === 'text') return [{ kind: 'text', text: text(block.text) }]
    if (block.type === 'thinking') return [{ kind: 'thinking', text: text(block.thinking) }]
    if (block.type === 'redacted_thinking') return [{ kind: 'hidden-thinking' }]
    if (block.type !== 'tool_use') return []
    return [
      {
        kind: 'tool-call',
        id: text(block.id),
        name: text(block.name),
        arguments: partial?.get(at) ?? JSON.stringify(block.input ?? {}),
      },
    ]
  })
}

/** Anthropic counts what came from its cache apart from the input; everybody else counts it in. */
function usageOf(usage: Json): Usage {
  const cached = count(usage.cache_read_input_tokens)
  const input = count(usage.input_tokens)
  return {
    input:
      input === undefined
        ? undefined
        : input + (cached ?? 0) + (count(usage.cache_creation_input_tokens) ?? 0),
    output: count(usage.output_tokens),
    cached,
    reasoning: count(object(usage.output_tokens_details).thinking_tokens),
  }
}
