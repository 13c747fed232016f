import { callsOf, history, nativeOf, textOf } from './history'
import { count, given, isObject, object, objects, text } from './json'
import type { Answer, AnswerPart, Draft, Json, SurfaceFormat, Turn, Usage } from './types'

/** OpenAI Responses, nothing stored: the output items, encrypted reasoning included, go back as they came. */
export const responses: SurfaceFormat = {
  path: '/gateway/v1/responses',
  headers: {},
  body: (model, turns, settings) => ({
    ...given({
      model,
      instructions: settings.system,
      input: history(turns).flatMap(items),
      store: false,
      temperature: settings.temperature,
      top_p: settings.topP,
      max_output_tokens: settings.maxTokens,
      reasoning: settings.effort === 'default' ? undefined : { effort: settings.effort, summary: 'auto' },
      include: settings.effort === 'default' ? undefined : ['reasoning.encrypted_content'],
      tools: settings.tools.map((tool) => ({ type: 'function', strict: false, ...tool })),
      tool_choice: settings.tools.length > 0 ? settings.toolChoice : undefined,
      stream: settings.stream || undefined,
    }),
    ...settings.extra,
  }),
  read: (answer) => {
    const output = objects(answer.output)
    return {
      parts: output.flatMap(partsOf),
      usage: usageOf(answer.usage),
      stopReason: stopOf(answer),
      native: output,
    }
  },
  reader: () => {
    const output: Json[] = []
    const draft: Draft = { parts: [], usage: {}, native: output }
    return {
      draft,
      add: (event) => {
        const at = Number(event.output_index ?? 0)
        const type = text(event.type)
        if (type === 'response.output_item.added' || type === 'response.output_item.done') {
          output[at] = object(event.item)
        } else if (type.endsWith('.delta') && output[at]) {
          output[at] = grown(output[at], event)
        } else if (type === 'response.completed' || type === 'response.incomplete') {
          const response = object(event.response)
          draft.usage = usageOf(response.usage)
          draft.stopReason = stopOf(response)
        }
        draft.parts = output.flatMap(partsOf)
      },
    }
  },
  error: (body) => {
    if (body.type === 'error') {
      const source = isObject(body.error) ? body.error : body
      return { message: text(source.message), code: text(source.code) }
    }
    const failed = body.type === 'response.failed' ? object(body.response).error : body.error
    return isObject(failed)
      ? { message: text(failed.message), code: text(failed.code) || text(failed.type) }
      : undefined
  },
}

function items(turn: Turn): Json[] {
  if (turn.kind === 'user') {
    const images = turn.images.map((image) => ({
      type: 'input_image',
      image_url: `data:${image.mediaType};base64,${image.base64}`,
    }))
    const content = [...(turn.text ? [{ type: 'input_text', text: turn.text }] : []), ...images]
    return [{ type: 'message', role: 'user', content }]
  }
  if (turn.kind === 'results') {
    return turn.results.map((result) => ({
      type: 'function_call_output',
      call_id: result.callId,
      output: result.failed ? `Error: ${result.text}` : result.text,
    }))
  }
  return nativeOf<Json[]>(turn.answer, 'responses') ?? written(turn.answer)
}

const written = (answer: Answer): Json[] => [
  ...(textOf(answer.parts)
    ? [
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: textOf(answer.parts), annotations: [] }],
        },
      ]
    : []),
  ...callsOf(answer).map((call) => ({
    type: 'function_call',
    call_id: call.id,
    name: call.name,
    arguments: call.arguments || '{}',
  })),
]

/** An item that is still being written; `output_item.done` replaces it by the whole one. */
function grown(item: Json, event: Json): Json {
  const delta = text(event.delta)
  switch (event.type) {
    case 'response.function_call_arguments.delta':
      return { ...item, arguments: text(item.arguments) + delta }
    case 'response.output_text.delta':
      return withPart(item, 'content', Number(event.content_index ?? 0), 'output_text', 'text', delta)
    case 'response.refusal.delta':
      return withPart(item, 'content', Number(event.content_index ?? 0), 'refusal', 'refusal', delta)
    case 'response.reasoning_summary_text.delta':
      return withPart(item, 'summary', Number(event.summary_index ?? 0), 'summary_text', 'text', delta)
    case 'response.reasoning_text.delta':
      return withPart(item, 'content', Number(event.content_index ?? 0), 'reasoning_text', 'text', delta)
    default:
      return item
  }
}

function withPart(item: Json, list: string, at: number, type: string, field: string, delta: string): Json {
  const parts = [...objects(item[list])]
  parts[at] = { ...parts[at], type, [field]: text(parts[at]?.[field]) + delta }
  return { ...item, [list]: parts }
}

function partsOf(item: Json): AnswerPart[] {
  if (item.type === 'function_call') {
    return [
      {
        kind: 'tool-call',
        id: text(item.call_id),
        name: text(item.name),
        arguments: text(item.arguments),
      },
    ]
  }
  if (item.type === 'reasoning') {
    const thoughts = [...objects(item.summary), ...objects(item.content)]
      .map((part) => text(part.text))
      .join('\n\n')
    if (thoughts) return [{ kind: 'thinking', text: thoughts }]
    return item.encrypted_content ? [{ kind: 'hidden-thinking' }] : []
  }
  return objects(item.content).flatMap((part): AnswerPart[] => {
    if (part.type === 'refusal') return [{ kind: 'refusal', text: text(part.refusal) }]
    return text(part.text) ? [{ kind: 'text', text: text(part.text) }] : []
  })
}

const stopOf = (response: Json): string | undefined =>
  text(object(response.incomplete_details).reason) || text(response.status) || undefined

function usageOf(value: unknown): Usage {
  const usage = object(value)
  return {
    input: count(usage.input_tokens),
    output: count(usage.output_tokens),
    cached: count(object(usage.input_tokens_details).cached_tokens),
    reasoning: count(object(usage.output_tokens_details).reasoning_tokens),
  }
}
