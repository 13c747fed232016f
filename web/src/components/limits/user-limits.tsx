import { useQuery } from '@tanstack/react-query'
import { Gauge } from 'lucide-react'
import { useI18n } from '@/i18n'
import { userLimitsQuery, type LimitUsage } from '@/lib/api/limits'
import { EmptyState, ErrorState } from '../states'
import { Time } from '../text'
import { Badge } from '../ui/badge'
import { Skeleton } from '../ui/skeleton'
import { byUse, nameOf, spanOf, unitOf } from './data/limits'
import { UseBar } from './use-bar'

/** Each limit that a user's calls meet, where it comes from and its use; one's own with limits:read_own. */
export function UserLimits({ userId }: { userId: string }) {
  const { t } = useI18n()
  const limits = useQuery(userLimitsQuery(userId))
  if (limits.isError) return <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />
  if (!limits.data) return <Skeleton className="h-24" />
  return <EffectiveLimits limits={limits.data.items} empty={t('limits.noneApply')} />
}

/** Limits as they meet a call, the fullest first. */
export function EffectiveLimits({ limits, empty }: { limits: LimitUsage[]; empty: string }) {
  const { t, f } = useI18n()
  if (limits.length === 0) return <EmptyState icon={Gauge} title={empty} className="py-8" />
  return (
    <ul className="grid gap-2" aria-label={t('limits.effective')}>
      {limits.toSorted(byUse).map((limit) => {
        const name = nameOf(limit.type, unitOf(limit), spanOf(limit), t)
        return (
          <li key={limit.id} className="grid gap-2 rounded-lg border border-line bg-panel p-3">
            <div className="flex flex-wrap items-center gap-1">
              <span className="me-1 text-sm font-medium">{name}</span>
              <Badge tone={limit.source === 'override' ? 'info' : 'outline'}>
                {t(limit.source === 'override' ? 'limits.overrideOf' : 'limits.from', {
                  source: t(`limits.subject.${limit.subject_kind}` as 'limits.subject.user'),
                })}
              </Badge>
              {limit.surface && (
                <Badge>
                  {t(limit.surface === 'mcp_gateway' ? 'limits.surface.mcp' : 'limits.surface.ai')}
                </Badge>
              )}
              {limit.mode === 'strict' && <Badge tone="accent">{t('limits.mode.strict')}</Badge>}
            </div>
            <UseBar name={name} current={limit.current} limit={limit.limit} unit={unitOf(limit)} />
            {limit.resets_at && (
              <p className="text-xs text-ink-3" title={f.exact(limit.resets_at)}>
                {t('limits.resetsAt')} <Time value={limit.resets_at} />
              </p>
            )}
          </li>
        )
      })}
    </ul>
  )
}
