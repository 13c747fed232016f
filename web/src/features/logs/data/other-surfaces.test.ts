import { expect, it } from 'vitest'
import { requestSettings, requestTurns, responseTurns } from './conversation'

const data = (...events: object[]) =>
  events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join('')

it('a call of the Messages API reads as a conversation', () => {
  const request = JSON.stringify({
    model: 'm',
    system: 'Be brief',
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm', signature: 's' },
          { type: 'tool_use', id: 't1', name: 'get_weather', input: { city: 'Oslo' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: '7' }] },
    ],
  })
  const turns = requestTurns(request)
  expect(turns?.map((turn) => turn.role)).toEqual(['system', 'user', 'assistant', 'user'])
  expect(turns?.[2]?.parts.map((part) => [part.kind, part.label])).toEqual([
    ['thinking', undefined],
    ['tool_call', 'get_weather'],
  ])
  expect(turns?.[3]?.parts).toEqual([{ kind: 'tool_result', text: '7', label: 't1' }])
  expect(requestSettings(request)).toEqual([['max_tokens', '9']])
})

it('its streamed answer is put together', () => {
  const stream = data(
    { type: 'message_start', message: {} },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', name: 'f', input: {} } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } },
  )
  expect(responseTurns(stream)?.[0]?.parts).toEqual([
    { kind: 'text', text: 'Hello' },
    { kind: 'tool_call', label: 'f', text: '{\n  "a": 1\n}' },
  ])
})

it('a call of the Responses API reads as a conversation, streamed or not', () => {
  const output = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
  ]
  const expected = [
    { role: 'assistant', parts: [{ kind: 'thinking', text: 'Hm' }] },
    { role: 'assistant', parts: [{ kind: 'text', text: 'Hello' }] },
  ]
  expect(responseTurns(JSON.stringify({ object: 'response', output }))).toEqual(expected)
  expect(responseTurns(data({ type: 'response.completed', response: { output } }))).toEqual(expected)
  const request = {
    instructions: 'Be brief',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
  }
  expect(requestTurns(JSON.stringify(request))?.map((turn) => turn.role)).toEqual(['system', 'user'])
  expect(requestTurns(JSON.stringify({ input: 'Hi' }))?.[0]?.parts).toEqual([{ kind: 'text', text: 'Hi' }])
})
