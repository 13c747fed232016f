import { expect, it } from 'vitest'
import { requestSettings, requestTurns, responseError, responseTurns } from './conversation'

it('a request with parts, tools and a tool result reads as a conversation', () => {
  const turns = requestTurns(
    JSON.stringify({
      model: 'm',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', function: { name: 'find', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"b":2}' },
      ],
    }),
  )
  expect(turns?.map((turn) => turn.parts.map((part) => part.kind))).toEqual([
    ['text', 'media'],
    ['tool_call'],
    ['tool_result'],
  ])
  expect(turns?.[0]?.parts[1]?.text).toContain('image/png')
  expect(turns?.[1]?.parts[0]).toMatchObject({ label: 'find', text: '{\n  "a": 1\n}' })
})

it('a captured event stream is put together, tool arguments included', () => {
  const chunk = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`
  const turns = responseTurns(
    chunk({ role: 'assistant', content: 'He' }) +
      chunk({ content: 'y' }) +
      chunk({ tool_calls: [{ index: 0, function: { name: 'find', arguments: '{"a"' } }] }) +
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }) +
      'data: [DONE]\n\n',
  )
  expect(turns).toEqual([
    {
      role: 'assistant',
      parts: [
        { kind: 'text', text: 'Hey' },
        { kind: 'tool_call', label: 'find', text: '{\n  "a": 1\n}' },
      ],
    },
  ])
})

it('what is not a chat is not shown as one', () => {
  expect(requestTurns('{"vector":"x"}')).toBeUndefined()
  expect(requestTurns('{"messages":[')).toBeUndefined()
  expect(responseTurns('plain text')).toBeUndefined()
  expect(responseError('{"error":{"message":"No such model"}}')).toBe('No such model')
})

it('settings name the tools and leave the conversation out', () => {
  const body = JSON.stringify({
    model: 'm',
    messages: [],
    temperature: 0,
    tools: [{ function: { name: 'find' } }],
  })
  expect(requestSettings(body)).toEqual([
    ['temperature', '0'],
    ['tools', 'find'],
  ])
})
