import type { MessageKey, Translate } from '@/i18n'
import type { Notification } from '@/lib/api/notifications'
import type { Formats } from '@/lib/format'

export type Gravity = 'info' | 'warn' | 'bad'

/** What the details of the types that are known may hold. */
interface Details {
  threshold_pct?: number
  period?: string
  unit?: string
  spent?: string
  limit?: string
  days_left?: number | null
  expires_at?: string | null
}

export const detailsOf = (notification: Notification) => (notification.details ?? {}) as Details

export function gravityOf(notification: Notification): Gravity {
  const { threshold_pct: threshold = 0, days_left: days } = detailsOf(notification)
  switch (notification.type) {
    case 'budget.threshold_crossed':
      return threshold >= 100 ? 'bad' : threshold >= 80 ? 'warn' : 'info'
    case 'api_key.expiring':
      return (days ?? 0) <= 1 ? 'warn' : 'info'
    case 'api_key.rotation_due':
      return 'warn'
    default:
      return 'bad'
  }
}

const titles: Record<string, MessageKey> = {
  'budget.threshold_crossed': 'bell.budget',
  'api_key.expiring': 'bell.expiring',
  'api_key.expired': 'bell.expired',
  'api_key.rotation_due': 'bell.rotationDue',
  'api_key.rotation_overdue': 'bell.rotationOverdue',
  'api_key.inactive': 'bell.inactive',
}

export function titleOf(notification: Notification, t: Translate): string {
  const { threshold_pct: percent = 0, days_left: days } = detailsOf(notification)
  const key = titles[notification.type]
  if (!key) return notification.type
  return t(key, { name: notification.subject_name, percent, n: days ?? 0, days: days ?? 0 })
}

/** The numbers behind it, each with its unit. */
export function factsOf(notification: Notification, t: Translate, f: Formats): string | undefined {
  const { unit, spent, limit, period } = detailsOf(notification)
  if (!unit || !spent || !limit || !period) return undefined
  const amount = (value: string) =>
    unit === 'usd' ? f.usd(value) : t('bell.tokens', { count: f.compact(Number(value)), n: Number(value) })
  return t('bell.spent', {
    period: t(`bell.period.${period}` as MessageKey),
    spent: amount(spent),
    limit: amount(limit),
  })
}

interface Link {
  to: string
  search: Record<string, string>
}

// Lists open a row's dialog, people's pages a drawer with tabs.
const lists: Record<string, string> = {
  api_key: '/api-keys',
  provider: '/gateway/providers',
  model: '/gateway/models',
}
const drawers: Record<string, string> = { user: '/admin/users', team: '/admin/teams', role: '/admin/roles' }

/** Where the subject is looked at: its limits, or for what befell a key the key itself. Undefined where the console has no such page. */
export function linkOf({ type, subject_kind: kind, subject_id: id }: Notification): Link | undefined {
  const list = lists[kind]
  if (list) return { to: list, search: { dialog: `${type.startsWith('budget.') ? 'limits' : 'edit'}:${id}` } }
  const drawer = drawers[kind]
  return drawer ? { to: drawer, search: { id, tab: 'limits' } } : undefined
}
