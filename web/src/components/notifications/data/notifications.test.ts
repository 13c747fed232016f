import { describe, expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { translate, type Params } from '@/i18n/translate'
import type { MessageKey } from '@/i18n'
import type { Notification } from '@/lib/api/notifications'
import { createFormats } from '@/lib/format'
import { factsOf, gravityOf, linkOf, titleOf } from './notifications'

const t = (key: MessageKey, params?: Params) => translate(en[key], params)
const f = createFormats('en')
const of = (type: string, details: object, subject = 'api_key'): Notification => ({
  id: 'n',
  created_at: '2030-01-01T00:00:00Z',
  type,
  subject_kind: subject,
  subject_id: 'x:1',
  subject_name: 'ci',
  details,
  read: false,
})
const budget = (threshold_pct: number, unit = 'usd') =>
  of('budget.threshold_crossed', { threshold_pct, unit, spent: '12.5', limit: '25', period: 'monthly' })

describe('a notification', () => {
  it('of a budget weighs what its threshold does', () => {
    expect([50, 80, 95, 100].map((percent) => gravityOf(budget(percent)))).toEqual([
      'info',
      'warn',
      'warn',
      'bad',
    ])
  })

  it('of a budget says how much of what, with its unit', () => {
    expect(titleOf(budget(50), t)).toBe('Budget of ci: 50% used')
    expect(factsOf(budget(50), t, f)).toBe('This month: $12.50 of $25.00')
    expect(factsOf(budget(50, 'weighted_tokens'), t, f)).toBe(
      'This month: 12.5 weighted tokens of 25 weighted tokens',
    )
  })

  it('of a key says what befell it', () => {
    expect(titleOf(of('api_key.expiring', { days_left: 1 }), t)).toBe('Key ci expires in 1 day')
    expect(titleOf(of('api_key.rotation_due', {}), t)).toBe('Key ci should be rotated')
    expect(gravityOf(of('api_key.expiring', { days_left: 7 }))).toBe('info')
    expect(gravityOf(of('api_key.inactive', {}))).toBe('bad')
  })

  it('leads to the limits of its subject, or to the key itself', () => {
    expect(linkOf(budget(50))).toEqual({ to: '/api-keys', search: { dialog: 'limits:x:1' } })
    expect(linkOf(of('api_key.expired', {}))).toEqual({ to: '/api-keys', search: { dialog: 'edit:x:1' } })
    expect(linkOf(of('budget.threshold_crossed', {}, 'team'))).toEqual({
      to: '/admin/teams',
      search: { id: 'x:1', tab: 'limits' },
    })
    expect(linkOf(of('budget.threshold_crossed', {}, 'organization'))).toBeUndefined()
  })

  it('of a type from a later release is still shown', () => {
    expect(titleOf(of('something.new', {}), t)).toBe('something.new')
  })
})
