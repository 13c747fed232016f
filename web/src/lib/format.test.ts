import { expect, it } from 'vitest'
import { createFormats, shortId } from './format'

const f = createFormats('en')

it('money keeps the digits that matter and never turns unknown into zero', () => {
  expect(f.usd(null)).toBe('–')
  expect(f.usd('0')).toBe('$0.00')
  expect(f.usd('0.000412')).toBe('$0.000412')
  expect(f.usd('0.0213')).toBe('$0.0213')
  expect(f.usd('1234.567')).toBe('$1,234.57')
  expect(f.usd('0.0000001')).toBe('<$0.000001')
})

it('durations choose the unit a person would', () => {
  expect([0.2, 640, 1_540, 95_000].map(f.duration)).toEqual(['<1 ms', '640 ms', '1.5 s', '1 min 35 s'])
})

it('relative times count back from now in the language chosen', () => {
  const now = Date.parse('2026-11-22T02:00:00Z')
  expect(f.relative('2026-11-22T01:57:00Z', now)).toBe('3m ago')
  expect(createFormats('zh').relative('2026-11-22T01:57:00Z', now)).toBe('3分钟前')
})

it('a shortened id keeps its random tail, not the clock that neighbours share', () => {
  expect(shortId('01998a3c-7d10-7abc-9def-1234567890ab')).toBe('…567890ab')
})
