import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('the client is made of the description beside it: npm run api', () => {
  const described = Object.keys(
    (JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, unknown> }).paths,
  )
  const client = readFileSync('src/lib/api/schema.ts', 'utf8')
  const generated = [...client.matchAll(/^ {4}"(\/api[^"]*)": \{/gm)].map((match) => match[1])
  expect(generated.toSorted()).toEqual(described.toSorted())
})
