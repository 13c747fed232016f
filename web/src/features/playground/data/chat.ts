import { history, nativeOf, textOf, callsOf } from './history'
import { count, given, isObject, object, objects, text } from './json'
import type { Answer, AnswerPart, Draft, Json, SurfaceFormat, Turn, Usage } from './types'

/** OpenAI Chat Completions. Thoughts are in `reasoning_content`; `thinking_blocks` and `extra_content` are what has to come back. */
export const chat: SurfaceFormat = {
  path: '/gateway/v1/chat/completions',
  headers: {},
  body: (model, turns, settings) => ({
    ...given({
      model,
      messages: [
        ...(settings.system ? [{ role: 'system', content: settings.system }] : []),
        ...history(turns).flatMap(messages),
      ],
      temperature: settings.temperature,
      top_p: settings.topP,
      max_completion_tokens: settings.maxTokens,
      stop: settings.stop,
      reasoning_effort: settings.effort === 'default' ? undefined : settings.effort,
      tools: settings.tools.map((tool) => ({ type: 'function', function: tool })),
      tool_choice: settings.tools.length > 0 ? settings.toolChoice : undefined,
      stream: settings.stream || undefined,
      stream_options: settings.stream ? { include_usage: true } : undefined,
    }),
    ...settings.extra,
  }),
  read: (answer) => {
    const choice = object(objects(answer.choices)[0])
    const message = object(choice.message)
    return {
      parts: partsOf(message),
      usage: usageOf(answer.usage),
      stopReason: text(choice.finish_reason) || undefined,
      native: message,
    }
  },
  reader: () => {
    const message: Json = { role: 'assistant', content: null }
    const draft: Draft = { parts: [], usage: {}, native: message }
    return {
      draft,
      add: (event) => {
        if (isObject(event.usage)) draft.usage = usageOf(event.usage)
        const choice = objects(event.choices)[0]
        if (!choice) return
        append(message, object(choice.delta))
        draft.stopReason = text(choice.finish_reason) || draft.stopReason
        draft.parts = partsOf(message)
      },
    }
  },
  error: (body) => {
    if (!isObject(body.error)) return undefined
    return { message: text(body.error.message), code: text(body.error.code) || text(body.error.type) }
  },
}

function messages(turn: Turn): Json[] {
  if (turn.kind === 'user') {
    if (turn.images.length === 0) return [{ role: 'user', content: turn.text }]
    const images = turn.images.map((image) => ({
      type: 'image_url',
      image_url: { url: `data:${image.mediaType};base64,${image.base64}` },
    }))
    return [{ role: 'user', content: [...(turn.text ? [{ type: 'text', text: turn.text }] : []), ...images] }]
  }
  if (turn.kind === 'results') {
    return turn.results.map((result) => ({
      role: 'tool',
      tool_call_id: result.callId,
      content: result.failed ? `Error: ${result.text}` : result.text,
    }))
  }
  return [nativeOf<Json>(turn.answer, 'chat') ?? written(turn.answer)]
}

const written = (answer: Answer): Json =>
  given({
    role: 'assistant',
    content: textOf(answer.parts) || null,
    tool_calls: callsOf(answer).map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments || '{}' },
    })),
  })

function partsOf(message: Json): AnswerPart[] {
  const thoughts = text(message.reasoning_content) || text(message.reasoning)
  const hidden = objects(message.thinking_blocks).some((block) => block.type === 'redacted_thinking')
  return [
    ...(thoughts ? [{ kind: 'thinking' as const, text: thoughts }] : []),
    ...(hidden ? [{ kind: 'hidden-thinking' as const }] : []),
    ...(text(message.content) ? [{ kind: 'text' as const, text: text(message.content) }] : []),
    ...(text(message.refusal) ? [{ kind: 'refusal' as const, text: text(message.refusal) }] : []),
    ...objects(message.tool_calls).map((call): AnswerPart => {
      const target = object(call.function)
      return {
        kind: 'tool-call',
        id: text(call.id),
        name: text(target.name),
        arguments: text(target.arguments),
      }
    }),
  ]
}

/** Deltas are put together as OpenAI's own libraries do it: texts grow, lists go by `index`, the rest is taken over. */
function append(target: Json, delta: Json): void {
  for (const [name, value] of Object.entries(delta)) {
    if (value === null || value === undefined || name === 'role') continue
    const before = target[name]
    if (Array.isArray(value)) {
      const list = (Array.isArray(before) ? before : (target[name] = [])) as Json[]
      for (const { index, ...item } of objects(value)) {
        const at = typeof index === 'number' ? index : list.length
        append((list[at] ??= {}), item)
      }
    } else if (isObject(value)) {
      append((isObject(before) ? before : (target[name] = {})) as Json, value)
    } else if (typeof value === 'string' && grows.has(name)) {
      target[name] = text(before) + value
    } else {
      target[name] = value
    }
  }
}

const grows = new Set(['content', 'refusal', 'reasoning_content', 'reasoning', 'arguments', 'thinking'])

function usageOf(value: unknown): Usage {
  const usage = object(value)
  return {
    input: count(usage.prompt_tokens),
    output: count(usage.completion_tokens),
    cached: count(object(usage.prompt_tokens_details).cached_tokens),
    reasoning: count(object(usage.completion_tokens_details).reasoning_tokens),
  }
}
