import { expect, it } from 'vitest'
import { clients, exportKey, placeholder, withKey } from './clients'

it.each(clients)('$name is given this gateway’s address and the model', (client) => {
  const code = client
    .snippets('http://gw.example:3000', 'my-model')
    .map((snippet) => snippet.code)
    .join('\n')
  expect(code).toContain('http://gw.example:3000')
  expect(code).toContain('my-model')
  expect(code).toMatch(/THINKWATCH_KEY/)
})

it('a key is filled in wherever it has to stand in the open, and nowhere without one', () => {
  expect(withKey(`a ${placeholder} b ${placeholder}`, 'tw-1')).toBe('a tw-1 b tw-1')
  expect(withKey(placeholder, '')).toBe(placeholder)
  expect(exportKey('')).toContain(placeholder)
})
