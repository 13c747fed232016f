import { describe, expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { translate, type Params } from '@/i18n/translate'
import type { LimitBudget, LimitRule, LimitUsage } from '@/lib/api/limits'
import type { MessageKey } from '@/i18n'
import { createFormats } from '@/lib/format'
import { limitRequest, limitSchema, limitValues } from './form'
import { amountText, isReplaced, itemsOf, shareOf, toneOf, useText } from './limits'

const t = (key: MessageKey, params?: Params) => translate(en[key], params)
const f = createFormats('en')
const base = {
  subject_kind: 'user',
  subject_id: 'u',
  mode: 'soft',
  enabled: true,
  reason: null,
  created_at: '',
  updated_at: '',
}
const rule = (id: string, window_secs: number, expires_at: string | null = null): LimitRule => ({
  ...base,
  id,
  label: id,
  surface: 'ai_gateway',
  metric: 'requests',
  window_secs,
  max_count: 10,
  expires_at,
})
const budget = (id: string, period: string, unit: string): LimitBudget => ({
  ...base,
  id,
  label: id,
  period,
  unit,
  limit: '5',
  expires_at: null,
})

describe('limits', () => {
  it('are listed rules first, by span, each with its own use', () => {
    const used = { id: 'day', current: '7' } as LimitUsage
    const items = itemsOf(
      [rule('day', 86_400), rule('minute', 60)],
      [budget('month', 'monthly', 'usd'), budget('week', 'weekly', 'tokens')],
      [used],
    )
    expect(items.map((item) => item.id)).toEqual(['minute', 'day', 'week', 'month'])
    expect(items.map((item) => item.unit)).toEqual(['requests', 'requests', 'weighted_tokens', 'usd'])
    expect(items.map((item) => item.usage?.current)).toEqual([undefined, '7', undefined, undefined])
  })

  it('give way to an override of the same slot while it lasts', () => {
    const items = itemsOf(
      [rule('standing', 60), rule('other', 300), rule('override', 60, '2030-01-02T00:00:00Z')],
      [],
      [],
    )
    const replaced = (at: string) =>
      items.filter((item) => isReplaced(item, items, Date.parse(at))).map((item) => item.id)
    expect(replaced('2030-01-01T00:00:00Z')).toEqual(['standing'])
    expect(replaced('2030-01-03T00:00:00Z')).toEqual([])
  })

  it('are full at their number, and always when that is nothing', () => {
    expect([shareOf('5', '10'), shareOf(0, 0), shareOf('12', '10')]).toEqual([0.5, 1, 1.2])
    expect([0, 0.79, 0.8, 0.999, 1].map(toneOf)).toEqual(['ok', 'ok', 'warn', 'warn', 'bad'])
  })

  it('are written with their unit, whichever of the three it is', () => {
    expect(amountText('1', 'requests', t, f)).toBe('1 request')
    expect(amountText('250000', 'weighted_tokens', t, f)).toBe('250K weighted tokens')
    expect(amountText('12.5', 'usd', t, f)).toBe('$12.50')
    expect(useText('3', '10', 'requests', t, f)).toBe('3 of 10 requests')
  })
})

describe('limit form', () => {
  const values = limitValues('api_key')
  const problems = (change: Partial<typeof values>) =>
    limitSchema(t)
      .safeParse({ ...values, amount: '10', ...change })
      .error?.issues.map((issue) => issue.path[0]) ?? []

  it('takes fractions of dollars only', () => {
    expect(problems({ type: 'budget', unit: 'usd', amount: '0.5' })).toEqual([])
    expect(problems({ type: 'budget', unit: 'tokens', amount: '0.5' })).toEqual(['amount'])
    expect(problems({ amount: '0.5' })).toEqual(['amount'])
    expect(problems({ amount: '' })).toEqual(['amount'])
  })

  it('lets an override last 90 days at most', () => {
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    expect(problems({ temporary: true, expires_at: inDays(89) })).toEqual([])
    expect(problems({ temporary: true, expires_at: inDays(91) })).toEqual(['expires_at'])
    expect(problems({ temporary: true, expires_at: inDays(-1) })).toEqual(['expires_at'])
  })

  it('says which slot is set', () => {
    expect(limitRequest('api_key', { ...values, amount: '10', window_secs: '300' })).toEqual({
      rule: {
        surface: 'ai_gateway',
        metric: 'requests',
        window_secs: 300,
        max_count: 10,
        mode: 'soft',
        enabled: true,
        expires_at: null,
        reason: null,
      },
    })
    expect(limitRequest('team', { ...values, type: 'budget', amount: '2.5', reason: ' pilot ' })).toEqual({
      budget: {
        period: 'monthly',
        unit: 'usd',
        limit: '2.5',
        mode: 'soft',
        enabled: true,
        expires_at: null,
        reason: 'pilot',
      },
    })
  })
})
