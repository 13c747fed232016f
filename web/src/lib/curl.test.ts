import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellQuote } from './curl'

it('what a shell reads back is the body, byte for byte', () => {
  const body = `{"q":"it's \\"quoted\\" $HOME \`id\` 中文\n"}`
  expect(execFileSync('sh', ['-c', `printf %s ${shellQuote(body)}`], { encoding: 'utf8' })).toBe(body)
})
