import { describe, expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { translate } from '@/i18n/translate'
import type { ApiKey } from '@/lib/api/keys'
import { keySchema, stateOf, toRequest, toUpdate, valuesOf } from './schema'

const now = Date.parse('2030-01-01T00:00:00Z')
const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString()
const key = (change: Partial<ApiKey>) =>
  ({ name: 'k', surfaces: ['ai_gateway'], status: 'active', ...change }) as ApiKey

describe('a key', () => {
  it('is what the API says, and told apart further where that matters', () => {
    expect(stateOf(key({}), now)).toBe('active')
    expect(stateOf(key({ expires_at: inDays(6) }), now)).toBe('expiring')
    expect(stateOf(key({ expires_at: inDays(8) }), now)).toBe('active')
    expect(stateOf(key({ expires_at: inDays(-1) }), now)).toBe('expired')
    expect(stateOf(key({ status: 'rotation_due', expires_at: inDays(1) }), now)).toBe('rotation_due')
    expect(stateOf(key({ status: 'rotation_due', replaced_by: 'x', expires_at: inDays(1) }), now)).toBe(
      'rotated',
    )
    expect(stateOf(key({ status: 'disabled' }), now)).toBe('disabled')
  })

  it('is made with what was typed only: the rest is the default of the site', () => {
    const values = {
      ...valuesOf(),
      name: ' ci ',
      models: 'gpt-5*, sim',
      addresses: '10.0.0.0/8',
      tags: 'night build, ci',
    }
    expect(toRequest(values)).toMatchObject({
      name: 'ci',
      allowed_models: ['gpt-5*', 'sim'],
      allowed_mcp_tools: null,
      ip_allowlist: ['10.0.0.0/8'],
      rotation_period_days: null,
      tags: ['night build', 'ci'],
    })
    expect(toRequest(values)).not.toHaveProperty('expires_in_days')
    expect(toRequest({ ...values, expires_in_days: '0' })).toHaveProperty('expires_in_days', null)
  })

  it('keeps its end unless another is typed, and is rid of what was emptied', () => {
    const values = valuesOf(
      key({ tags: ['a'], cost_center: 'R&D', rotation_period_days: 30, cache_scope: 'user' }),
    )
    expect(values).toMatchObject({ tags: 'a', rotation_period_days: '30', cache_scope: 'user' })
    const emptied = toUpdate({
      ...values,
      tags: '',
      cost_center: '',
      rotation_period_days: '',
      cache_scope: '',
    })
    expect(emptied).toMatchObject({
      tags: [],
      cost_center: null,
      rotation_period_days: null,
      cache_scope: null,
    })
    expect(emptied).not.toHaveProperty('expires_in_days')
  })

  it('takes whole numbers of days', () => {
    const check = keySchema((name) => translate(en[name]))
    expect(check.safeParse({ ...valuesOf(), name: 'k', expires_in_days: '1.5' }).success).toBe(false)
    expect(check.safeParse({ ...valuesOf(), name: 'k', expires_in_days: '' }).success).toBe(true)
  })
})
