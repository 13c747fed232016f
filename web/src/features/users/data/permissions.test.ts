import { expect, test } from 'vitest'
import { accessOf } from '@/lib/api/access'
import type { Me } from '@/lib/api/session'
import { groupByResource, heldIn, resourceKind } from './permissions'

const held = {
  permissions: ['keys:read', 'keys:create', 'models:read'],
  any_team: ['keys:read'],
  teams: [{ team_id: 'a', team_name: 'A', permissions: ['users:read'] }],
}

test('a place shows what is held there and nothing of another', () => {
  expect(heldIn(held, undefined)).toEqual(held.permissions)
  expect(heldIn(held, 'a')).toEqual(['users:read'])
  expect(heldIn(held, 'b')).toEqual(['keys:read'])
})

test('permissions are grouped by what they are about', () => {
  expect(groupByResource(held.permissions)).toEqual([
    ['keys', ['keys:read', 'keys:create']],
    ['models', ['models:read']],
  ])
})

test('only the use of models and tools can be asked of one of them', () => {
  expect(resourceKind('ai_gateway:use')).toBe('model')
  expect(resourceKind('mcp:connect')).toBe('mcp_tool')
  expect(resourceKind('keys:read')).toBeUndefined()
})

test('what is held in teams counts there, and for pages that somebody of a team may open', () => {
  const me = {
    permissions: ['models:read'],
    team_permissions: [
      { team_id: '*', permissions: ['teams:read'] },
      { team_id: 'a', permissions: ['users:update'] },
    ],
  } as unknown as Me
  const access = accessOf(me)

  expect(access.may('users:update')).toBe(false)
  expect(access.mayIn('users:update', 'a')).toBe(true)
  expect(access.mayIn('users:update', 'b')).toBe(false)
  expect(access.mayIn('teams:read', 'b')).toBe(true)
  expect(access.maySomewhere('roles:read', 'users:update')).toBe(true)
  expect(access.maySomewhere('roles:read')).toBe(false)
  expect(accessOf(undefined).maySomewhere('models:read')).toBe(false)
})
