import { expect, test } from 'vitest'
import { checkPolicy, policyFaults } from './check'

const catalogue = ['keys:read', 'keys:create', 'ai_gateway:use']

test('a sound policy has no fault', () => {
  const statements = [
    { effect: 'allow', actions: ['keys:*', 'ai_gateway:use'], resources: ['model:gpt*'] },
    { effect: 'deny', actions: ['*'] },
  ]
  expect(checkPolicy({ version: 1, statements }, catalogue)).toEqual([])
})

test('every fault is told at once, each at its place', () => {
  const faults = checkPolicy(
    {
      version: 2,
      note: '',
      statements: [
        { effect: 'maybe', actions: ['keys:fly'], resources: ['server:1'] },
        { effect: 'allow', actions: [], resources: [] },
        'text',
      ],
    },
    catalogue,
  )

  expect(faults.map((fault) => fault.path)).toEqual([
    'note',
    'version',
    'statements[0].effect',
    'statements[0].actions[0]',
    'statements[0].resources[0]',
    'statements[1].actions',
    'statements[1].resources',
    'statements[2]',
  ])
})

test('what is no document is one fault', () => {
  expect(checkPolicy([], catalogue)).toEqual([{ path: '', message: 'roles.fault.object' }])
})

test('of the server only what concerns the policy, at its place', () => {
  expect(policyFaults({ name: ['x'], 'policy.statements[1].resources': ['Does not fit.'] })).toEqual([
    { path: 'statements[1].resources', message: { said: 'Does not fit.' } },
  ])
})
