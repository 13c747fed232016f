import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { EmptyState, ErrorState } from '@/components/states'
import { StatusBadge, type HealthTone } from '@/components/status'
import { Mono, Time } from '@/components/text'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import type { ApiKey } from '@/lib/api/keys'
import { userKeysQuery, type User } from '@/lib/api/people'

const tones: Record<string, HealthTone> = { active: 'ok', rotation_due: 'warn', expired: 'bad' }
const order = ['active', 'rotation_due', 'disabled', 'expired', 'revoked']

/** The programs that act for this person. */
export function KeysTab({ user }: { user: User }) {
  const { t } = useI18n()
  const keys = useQuery(userKeysQuery(user.id))
  if (keys.isError) return <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
  if (!keys.data) return <Skeleton className="h-32" />
  const rows = keys.data.items
    .filter((key) => !key.ephemeral)
    .sort((a, b) => order.indexOf(a.status ?? '') - order.indexOf(b.status ?? ''))
  if (rows.length === 0)
    return (
      <EmptyState icon={KeyRound} title={t('users.noKeys')}>
        {t('users.noKeysHint')}
      </EmptyState>
    )
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {rows.map((key) => (
        <KeyRow key={key.id} apiKey={key} />
      ))}
    </ul>
  )
}

function KeyRow({ apiKey: key }: { apiKey: ApiKey }) {
  const { t } = useI18n()
  const status = (['active', 'rotation_due', 'expired', 'disabled', 'revoked'] as const).find(
    (each) => each === key.status,
  )
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <div className="min-w-0 flex-1">
        <Link
          to="/api-keys"
          search={{ q: key.key_prefix, show: key.status === 'revoked' ? 'all' : undefined }}
          className="rounded text-sm font-medium hover:underline"
        >
          {key.name}
        </Link>
        <p className="flex flex-wrap gap-x-2 text-xs text-ink-3">
          <Mono>{key.key_prefix}…</Mono>
          <span>
            {t('keys.lastUsed')}: {key.last_used_at ? <Time value={key.last_used_at} /> : t('common.never')}
          </span>
        </p>
      </div>
      {status && <StatusBadge tone={tones[status] ?? 'off'}>{t(`users.keyState.${status}`)}</StatusBadge>}
    </li>
  )
}
