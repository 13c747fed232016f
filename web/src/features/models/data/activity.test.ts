import { expect, it } from 'vitest'
import type { RouteHealth } from '@/lib/api/catalog'
import { activityOf, tripped } from './activity'

const health = (route_id: string, breaker: RouteHealth['breaker']): RouteHealth => ({
  route_id,
  breaker,
  state: 'ok',
  attempts: 0,
  failed: 0,
  p95_ms: null,
  last_error: null,
  last_error_at: null,
})

const report = {
  from: '',
  to: '',
  part_secs: 120,
  models: [{ model_id: 'm', requests: [2, 0, 5], errors: [1, 0, 0] }],
  routes: [health('a', 'half_open'), health('b', 'closed'), health('c', 'open'), health('d', 'unknown')],
}

it('an hour is the sum of its parts', () => {
  expect(activityOf(report).hours.get('m')).toMatchObject({ calls: 7, failed: 1 })
})

it('only breakers that keep calls away are told of, open ones first', () => {
  const routes = ['a', 'b', 'c', 'd', 'of another model'].map((id) => ({ id }))
  expect(tripped(routes, activityOf(report).health).map((each) => each.route.id)).toEqual(['c', 'a'])
  expect(tripped(routes, undefined)).toEqual([])
})
