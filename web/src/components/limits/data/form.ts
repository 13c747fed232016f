import type { Translate } from '@/i18n'
import type { Schemas } from '@/lib/api/client'
import type { LimitSubjectKind } from '@/lib/api/limits'
import { z } from '@/lib/zod'
import { mayHaveBudgets, periods, surfacesOf, windows, type LimitItem } from './limits'

const longestOverride = 90 * 86_400_000

export const limitSchema = (t: Translate) =>
  z
    .object({
      type: z.enum(['rule', 'budget']),
      surface: z.string(),
      metric: z.enum(['requests', 'tokens']),
      window_secs: z.string(),
      period: z.enum(periods),
      unit: z.enum(['tokens', 'usd']),
      amount: z
        .string()
        .trim()
        .regex(/^\d+(\.\d{1,6})?$/, t('form.number')),
      mode: z.enum(['soft', 'strict']),
      enabled: z.boolean(),
      temporary: z.boolean(),
      expires_at: z.string(),
      reason: z.string().max(500),
    })
    .superRefine((values, context) => {
      const dollars = values.type === 'budget' && values.unit === 'usd'
      if (!dollars && values.amount.includes('.'))
        context.addIssue({ code: 'custom', path: ['amount'], message: t('limits.whole') })
      if (!values.temporary) return
      const end = Date.parse(values.expires_at)
      if (!(end > Date.now() && end <= Date.now() + longestOverride))
        context.addIssue({ code: 'custom', path: ['expires_at'], message: t('limits.expiresRange') })
    })

export type LimitValues = z.infer<ReturnType<typeof limitSchema>>

/** A moment as the browser's own field for local times writes it. */
export function localTime(moment: Date): string {
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

export function limitValues(kind: LimitSubjectKind, item?: LimitItem): LimitValues {
  const { rule, budget } = item ?? {}
  const inADay = new Date(Date.now() + 86_400_000)
  return {
    type: item?.type ?? 'rule',
    surface: rule?.surface ?? surfacesOf(kind)[0] ?? 'ai_gateway',
    metric: rule?.metric === 'tokens' ? 'tokens' : 'requests',
    window_secs: String(rule?.window_secs ?? windows[0]),
    period: periods.find((each) => each === budget?.period) ?? 'monthly',
    unit: budget?.unit === 'tokens' ? 'tokens' : 'usd',
    amount: item?.amount ?? '',
    mode: item?.mode === 'strict' ? 'strict' : 'soft',
    enabled: item?.enabled ?? true,
    temporary: Boolean(item?.expiresAt),
    expires_at: localTime(item?.expiresAt ? new Date(item.expiresAt) : inADay),
    reason: item?.reason ?? '',
  }
}

export type LimitRequest = { rule: Schemas['LimitRuleBody'] } | { budget: Schemas['BudgetBody'] }

export function limitRequest(kind: LimitSubjectKind, values: LimitValues): LimitRequest {
  const common = {
    mode: values.mode,
    enabled: values.enabled,
    expires_at: values.temporary ? new Date(values.expires_at).toISOString() : null,
    reason: values.reason.trim() || null,
  }
  if (values.type === 'budget' && mayHaveBudgets(kind))
    return { budget: { period: values.period, unit: values.unit, limit: values.amount, ...common } }
  return {
    rule: {
      surface: values.surface,
      metric: values.metric,
      window_secs: Number(values.window_secs),
      max_count: Number(values.amount),
      ...common,
    },
  }
}
