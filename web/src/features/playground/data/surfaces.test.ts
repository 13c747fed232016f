import { describe, expect, it } from 'vitest'
import { formats } from './call'
import { callsOf } from './history'
import { defaults, exampleTool } from './settings'
import { surfaces, type Answer, type Json, type Settings, type Surface, type Turn } from './types'

const settings: Settings = {
  ...defaults,
  system: 'Be brief',
  temperature: 0,
  maxTokens: 100,
  effort: 'low',
  tools: [exampleTool],
  toolChoice: 'required',
  extra: { seed: 7 },
}
const image = { id: 'i', name: 'a.png', mediaType: 'image/png', base64: 'AAAA' }
const user: Turn = { kind: 'user', id: 'u', text: 'Weather?', images: [image] }

function answerOf(surface: Surface, events: Json[]): Answer {
  const reader = formats[surface].reader()
  for (const event of events) reader.add(event)
  return {
    ...reader.draft,
    model: 'm',
    surface,
    status: 'done',
    requestId: null,
    headers: [],
    firstTokenMs: 1,
    totalMs: 2,
  }
}

/** A thought with its signature and a tool call in two pieces, as each surface streams them. */
const streams: Record<Surface, Json[]> = {
  chat: [
    { choices: [{ delta: { role: 'assistant', content: '' } }] },
    { choices: [{ delta: { reasoning_content: 'Hm' } }] },
    { choices: [{ delta: { reasoning_content: 'm.' } }] },
    {
      choices: [
        {
          delta: {
            tool_calls: [
              { index: 0, id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '' } },
            ],
          },
        },
      ],
    },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] } }] },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] } }] },
    {
      choices: [
        { delta: { thinking_blocks: [{ index: 0, type: 'thinking', thinking: 'Hmm.', signature: 'sig' }] } },
      ],
    },
    { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: 4 } },
  ],
  messages: [
    { type: 'message_start', message: { usage: { input_tokens: 5, cache_read_input_tokens: 4 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'm.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'c1', name: 'get_weather', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"city":' },
    },
    {
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '"Oslo"}' },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 4 } },
  ],
  responses: [
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'reasoning', id: 'r1', summary: [] },
    },
    { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Hm' },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: {
        type: 'reasoning',
        id: 'r1',
        summary: [{ type: 'summary_text', text: 'Hmm.' }],
        encrypted_content: 'sig',
      },
    },
    {
      type: 'response.output_item.added',
      output_index: 1,
      item: { type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '' },
    },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"city":' },
    { type: 'response.function_call_arguments.delta', output_index: 1, delta: '"Oslo"}' },
    {
      type: 'response.completed',
      response: { status: 'completed', usage: { input_tokens: 9, output_tokens: 4 } },
    },
  ],
}

describe.each(surfaces)('%s', (surface) => {
  const answer = answerOf(surface, streams[surface])
  const call = { kind: 'tool-call' as const, id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' }

  it('a streamed answer comes out as thought, call and usage', () => {
    expect(answer.parts).toEqual([{ kind: 'thinking', text: 'Hmm.' }, call])
    expect(answer.usage).toMatchObject({ input: 9, output: 4 })
  })

  it('the tool loop sends the answer back with what its provider signed', () => {
    const turns: Turn[] = [
      user,
      { kind: 'answer', id: 'a', answer },
      {
        kind: 'results',
        id: 'r',
        results: [{ callId: 'c1', name: 'get_weather', text: '7 degrees', failed: false }],
      },
    ]
    const body = JSON.stringify(formats[surface].body('m', turns, settings))
    for (const piece of ['sig', 'Hmm.', 'c1', 'Oslo', '7 degrees', 'AAAA']) expect(body).toContain(piece)
  })

  it('an answer of another surface is written anew, with its call and its text', () => {
    const foreign = { ...answer, surface: surfaces.find((each) => each !== surface)! }
    const body = JSON.stringify(
      formats[surface].body('m', [user, { kind: 'answer', id: 'a', answer: foreign }], settings),
    )
    expect(body).toContain('c1')
    expect(body).toContain('Oslo')
    expect(body).not.toContain('sig')
  })

  it('every setting is in the request, and none that was not given', () => {
    const full = formats[surface].body('m', [user], settings)
    const body = JSON.stringify(full)
    expect(full).toMatchObject({ model: 'm', stream: true, temperature: 0, seed: 7 })
    for (const piece of ['Be brief', 'get_weather', 'The weather in a city now', 'low|2048'.split('|')])
      expect([piece].flat().some((each) => body.includes(each))).toBe(true)
    const bare = formats[surface].body('m', [user], { ...defaults, stream: false })
    expect(Object.keys(bare).toSorted()).toEqual(
      {
        chat: ['messages', 'model'],
        messages: ['max_tokens', 'messages', 'model'],
        responses: ['input', 'model', 'store'],
      }[surface],
    )
  })
})

it('what was stopped or failed goes to no model, but the text that was read', () => {
  const done = answerOf('messages', streams.messages)
  const stopped: Answer = {
    ...done,
    status: 'stopped',
    parts: [{ kind: 'text', text: 'Half a' }, ...callsOf(done)],
  }
  const turns: Turn[] = [
    user,
    { kind: 'answer', id: 'a', answer: stopped },
    { ...user, id: 'u2', text: 'Go on' },
    { kind: 'answer', id: 'b', answer: { ...done, status: 'failed' } },
    { ...user, id: 'u3', text: 'Again' },
  ]
  const body = formats.messages.body('m', turns, defaults)
  expect((body.messages as Json[]).map((each) => each.role)).toEqual(['user', 'assistant', 'user'])
  expect(JSON.stringify(body)).toContain('Half a')
  expect(JSON.stringify(body)).not.toContain('c1')
})
