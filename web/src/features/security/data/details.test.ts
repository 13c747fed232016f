import { expect, it } from 'vitest'
import { isPatternName, readCustom, toggled, writeCustom } from './patterns'
import { segmentsOf } from './segments'

const text = 'Mail bob@example.com now'

it('a replaced piece stands where it was, with the rules that found it', () => {
  const marks = [{ start: 5, length: 15, rule: 'pii:email' }]
  const edits = [{ start: 5, length: 15, text: '{{EMAIL_1}}' }]
  expect(segmentsOf(text, marks, edits)).toEqual([
    { text: 'Mail ', rules: [], replaced: false },
    { text: '{{EMAIL_1}}', rules: ['pii:email'], replaced: true },
    { text: ' now', rules: [], replaced: false },
  ])
})

it('what only was found stays as it is, and overlapping finds are cut where each ends', () => {
  const marks = [
    { start: 0, length: 8, rule: 'a' },
    { start: 5, length: 15, rule: 'b' },
  ]
  const segments = segmentsOf(text, marks, [])
  expect(segments.map((segment) => [segment.text, segment.rules])).toEqual([
    ['Mail ', ['a']],
    ['bob', ['a', 'b']],
    ['@example.com', ['b']],
    [' now', []],
  ])
  expect(segments.map((segment) => segment.text).join('')).toBe(text)
})

it('a text without finds is one piece', () => {
  expect(segmentsOf(text, [], [])).toEqual([{ text, rules: [], replaced: false }])
})

it('patterns of one’s own keep what is after the first equals sign', () => {
  const pattern = { name: 'KEY', expression: 'a=b' }
  expect(readCustom(writeCustom(pattern))).toEqual(pattern)
  expect(isPatternName('EMPLOYEE_ID', [])).toBe(true)
  expect(isPatternName('employee', [])).toBe(false)
  expect(isPatternName('KEY', ['KEY'])).toBe(false)
  expect(toggled(['a', 'b'], 'b', false)).toEqual(['a'])
  expect(toggled(['a'], 'b', true)).toEqual(['a', 'b'])
})
