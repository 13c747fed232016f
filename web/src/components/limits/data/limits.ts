import type { MessageKey, Translate } from '@/i18n'
import type { LimitBudget, LimitRule, LimitSubjectKind, LimitUsage } from '@/lib/api/limits'
import type { Formats } from '@/lib/format'

/** Three numbers that are never mixed: what is called, what is counted for quotas, what is paid. */
export type LimitUnit = 'requests' | 'weighted_tokens' | 'usd'
export type Tone = 'ok' | 'warn' | 'bad'

/** A rule or a budget, with what is used of it where it is in force. */
export interface LimitItem {
  id: string
  type: 'rule' | 'budget'
  unit: LimitUnit
  /** A rule's window or a budget's period, as a message. */
  span: MessageKey
  surface?: string
  amount: string
  mode: string
  enabled: boolean
  expiresAt: string | null
  reason: string | null
  usage?: LimitUsage
  rule?: LimitRule
  budget?: LimitBudget
}

export const windows = [60, 300, 3_600, 18_000, 86_400, 604_800] as const
export const periods = ['daily', 'weekly', 'monthly'] as const

export const windowName = (seconds: number) => `limits.window.${seconds}` as MessageKey
export const periodName = (period: string) => `limits.period.${period}` as MessageKey

export const surfacesOf = (kind: LimitSubjectKind) =>
  kind === 'provider' || kind === 'model'
    ? ['ai_gateway']
    : kind === 'mcp_server' || kind === 'mcp_tool'
      ? ['mcp_gateway']
      : ['ai_gateway', 'mcp_gateway']

export const mayHaveBudgets = (kind: LimitSubjectKind) => kind !== 'mcp_server' && kind !== 'mcp_tool'

/** A role's limits are counted for each of its holders apart: of the role itself nothing is used. */
export const hasUsage = (kind: LimitSubjectKind) => kind !== 'role'

/** Rules first, each kind in the order of its spans, an override below what it replaces. */
export function itemsOf(rules: LimitRule[], budgets: LimitBudget[], usage: LimitUsage[]): LimitItem[] {
  const used = new Map(usage.map((each) => [each.id, each]))
  const order = (item: LimitItem) =>
    item.rule ? item.rule.window_secs : 1e9 + periods.indexOf(item.budget?.period as never)
  const items: LimitItem[] = [
    ...rules.map((rule) => ({
      ...common(rule),
      type: 'rule' as const,
      unit: rule.metric === 'tokens' ? ('weighted_tokens' as const) : ('requests' as const),
      span: windowName(rule.window_secs),
      surface: rule.surface,
      amount: String(rule.max_count),
      rule,
    })),
    ...budgets.map((budget) => ({
      ...common(budget),
      type: 'budget' as const,
      unit: budget.unit === 'usd' ? ('usd' as const) : ('weighted_tokens' as const),
      span: periodName(budget.period),
      amount: budget.limit,
      budget,
    })),
  ]
  return items
    .map((item) => ({ ...item, usage: used.get(item.id) }))
    .toSorted(
      (a, b) =>
        order(a) - order(b) ||
        slotOf(a).localeCompare(slotOf(b)) ||
        Number(isOverride(a)) - Number(isOverride(b)),
    )
}

function common(limit: LimitRule | LimitBudget) {
  const { id, mode, enabled, reason, expires_at: expiresAt } = limit
  return { id, mode, enabled, reason, expiresAt }
}

export const isOverride = (item: LimitItem) => item.expiresAt !== null
export const slotOf = (item: LimitItem) => [item.type, item.unit, item.span, item.surface].join(' ')

/** Whether an override stands in its place for now. */
export const isReplaced = (item: LimitItem, all: LimitItem[], now = Date.now()) =>
  !isOverride(item) &&
  all.some(
    (other) =>
      other.enabled &&
      other.expiresAt !== null &&
      Date.parse(other.expiresAt) > now &&
      slotOf(other) === slotOf(item),
  )

/** What is used, as a share of the limit; a limit of nothing is always used up. */
export function shareOf(current: string | number, limit: string | number): number {
  const [used, most] = [Number(current), Number(limit)]
  return most > 0 ? used / most : 1
}

export const toneOf = (share: number): Tone => (share >= 1 ? 'bad' : share >= 0.8 ? 'warn' : 'ok')

/** A number with its unit: no number of a limit is shown without. */
export function amountText(value: string | number, unit: LimitUnit, t: Translate, f: Formats): string {
  const number = Number(value)
  if (unit === 'usd') return f.usd(number)
  return t(unit === 'requests' ? 'limits.requestsOf' : 'limits.tokensOf', {
    n: number,
    count: f.compact(number),
  })
}

/** `12 / 100 requests`: the unit once, where both have the same. */
export function useText(
  current: string | number,
  limit: string | number,
  unit: LimitUnit,
  t: Translate,
  f: Formats,
) {
  const used = unit === 'usd' ? f.usd(Number(current)) : f.compact(Number(current))
  return t('limits.useOf', { used, limit: amountText(limit, unit, t, f) })
}

/** What a limit is called: what it counts, and over which span. */
export const nameOf = (type: string, unit: LimitUnit, span: MessageKey, t: Translate) =>
  t(`limits.${type === 'budget' ? 'budgetName' : 'ruleName'}.${unit}` as const, { span: t(span) })

export const unitOf = (usage: LimitUsage): LimitUnit => usage.unit as LimitUnit

export const spanOf = (usage: LimitUsage): MessageKey =>
  usage.period ? periodName(usage.period) : windowName(usage.window_secs ?? 60)

/** The fullest first: what will refuse next is what one looks for. */
export const byUse = (a: LimitUsage, b: LimitUsage) =>
  shareOf(b.current, b.limit) - shareOf(a.current, a.limit) || a.label.localeCompare(b.label)
