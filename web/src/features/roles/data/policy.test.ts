import { expect, test } from 'vitest'
import { coverage, dangers, names, reachOf, withKeys, withResource } from './policy'

const catalogue = ['keys:read', 'keys:create', 'keys:delete', 'users:read', 'users:delete']

test('patterns name what they spell and nothing beside', () => {
  expect(names('*', 'keys:read')).toBe(true)
  expect(names('keys:*', 'keys:read')).toBe(true)
  expect(names('*:read', 'users:read')).toBe(true)
  expect(names('keys:r', 'keys:read')).toBe(false)
  expect(names('keys.read', 'keys:read')).toBe(false)
})

test('unticking one of a pattern leaves the others', () => {
  expect(withKeys(['*'], catalogue, ['users:delete'], false)).toEqual([
    'keys:read',
    'keys:create',
    'keys:delete',
    'users:read',
  ])
  expect(withKeys(['keys:*', 'users:read'], catalogue, ['keys:create'], false)).toEqual([
    'keys:read',
    'keys:delete',
    'users:read',
  ])
})

test('ticking what a pattern covers adds nothing', () => {
  expect(withKeys(['keys:*'], catalogue, ['keys:read'], true)).toEqual(['keys:*'])
  expect(withKeys(['users:read'], catalogue, ['keys:read'], true)).toEqual(['keys:read', 'users:read'])
})

test('a whole resource is its pattern, and unticking it takes all of it', () => {
  expect(withResource(['keys:read', 'users:read'], catalogue, 'keys', true)).toEqual(['keys:*', 'users:read'])
  expect(withResource(['*'], catalogue, 'keys', false)).toEqual(['users:read', 'users:delete'])
  expect(coverage(['keys:*'], catalogue.slice(0, 3))).toBe('all')
  expect(coverage(['keys:read'], catalogue.slice(0, 3))).toBe('some')
})

test('absent resources and a star are the same: everything', () => {
  expect(reachOf({ effect: 'allow', actions: [], resources: null })).toBe('everything')
  expect(reachOf({ effect: 'allow', actions: [], resources: ['*'] })).toBe('everything')
  expect(reachOf({ effect: 'allow', actions: [], resources: ['team:*'] })).toBe('teams')
  expect(reachOf({ effect: 'allow', actions: [], resources: ['model:gpt*'] })).toBe('named')
})

test('a danger that is denied everywhere is none', () => {
  const permissions = catalogue.map((key) => ({
    key,
    resource: '',
    action: '',
    description: '',
    dangerous: key.endsWith('delete'),
  }))
  const policy = {
    version: 1,
    statements: [
      { effect: 'allow' as const, actions: ['*'], resources: null },
      { effect: 'deny' as const, actions: ['users:*'], resources: ['*'] },
    ],
  }

  expect(dangers(policy, permissions)).toEqual(['keys:delete'])
})
