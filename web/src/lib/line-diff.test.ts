import { expect, test } from 'vitest'
import { diffJson, diffLines, onlyHunks } from './line-diff'

const spoken = (lines: { kind: string; text: string }[]) =>
  lines.map(({ kind, text }) => ({ same: ' ', added: '+', removed: '-', gap: '…' })[kind] + text)

test('a line taken out of the middle is one removal, not a change of all that follow', () => {
  expect(spoken(diffLines(['a', 'b', 'c', 'd'], ['a', 'c', 'd']))).toEqual([' a', '-b', ' c', ' d'])
})

test('a changed line is its removal and its addition', () => {
  expect(spoken(diffLines(['a', 'x', 'c'], ['a', 'y', 'c']))).toEqual([' a', '-x', '+y', ' c'])
})

test('what is far from a change is left out', () => {
  const before = Array.from({ length: 20 }, (_, index) => `${index}`)
  const after = before.map((line) => (line === '10' ? 'ten' : line))

  expect(spoken(onlyHunks(diffLines(before, after), 1))).toEqual(['…', ' 9', '-10', '+ten', ' 11', '…'])
})

test('something made from nothing is all additions', () => {
  expect(spoken(diffJson(null, { a: 1 }))).toEqual(['+{', '+  "a": 1', '+}'])
})

test('an item added at the end of a list changes no other line', () => {
  expect(spoken(diffJson({ a: [1] }, { a: [1, 2] }))).toEqual([
    '…',
    '   "a": [',
    '     1',
    '+    2',
    '   ]',
    ' }',
  ])
})
