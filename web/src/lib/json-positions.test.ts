import { expect, test } from 'vitest'
import { locateJson, rangeOf } from './json-positions'

const source = '{ "version": 1,\n "statements": [ { "actions": ["a:b", "c\\"d"] }, [] ] }'

test('every value is found where it stands', () => {
  const located = locateJson(source)
  if ('at' in located) throw new Error(`a fault at ${located.at}`)
  const at = (path: string) => {
    const range = located.ranges.get(path)
    return range && source.slice(range.from, range.to)
  }

  expect(located.value).toEqual(JSON.parse(source))
  expect(at('version')).toBe('1')
  expect(at('statements[0].actions[1]')).toBe('"c\\"d"')
  expect(at('statements[1]')).toBe('[]')
  expect(at('')).toBe(source)
})

test('a path that is not there is shown at what is around it', () => {
  const located = locateJson(source)
  if ('at' in located) throw new Error('a fault')

  expect(rangeOf(located.ranges, 'statements[0].resources')).toEqual(located.ranges.get('statements[0]'))
  expect(rangeOf(located.ranges, 'nothing')).toEqual(located.ranges.get(''))
})

test.each([
  ['{"a": }', 6],
  ['{"a": 1,}', 8],
  ['[1, 2', 5],
  ['{"a": 1} x', 9],
  ['', 0],
  ["{'a': 1}", 1],
])('%s is wrong at %d', (text, at) => {
  expect(locateJson(text)).toEqual({ at })
})
