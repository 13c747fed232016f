import { expect, it } from 'vitest'
import { keyOf, outcomesOf, type Candidate } from './bulk'

const ada: Candidate = { kind: 'user', id: '1', name: 'Ada', detail: '' }
const ops: Candidate = { kind: 'team', id: '1', name: 'Ops', detail: '' }

it('each result is told of the one it is about, whatever order they come in', () => {
  const results = [
    { index: 1, status: 403, problem: 'Not yours.' },
    { index: 0, status: 201, problem: null },
    { index: 7, status: 201, problem: null },
  ]
  expect(outcomesOf([ada, ops], results)).toEqual([
    { candidate: ops, problem: 'Not yours.' },
    { candidate: ada },
  ])
})

it('one that failed without words still failed', () => {
  expect(outcomesOf([ada], [{ index: 0, status: 404, problem: null }])).toEqual([
    { candidate: ada, problem: 'HTTP 404' },
  ])
})

it('subjects of different kinds are different, whatever their ids', () => {
  expect(keyOf(ada)).not.toBe(keyOf(ops))
})
