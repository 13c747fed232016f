import { CircleCheck, CircleDashed, CircleSlash, Timer } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { Tooltip } from '@/components/ui/tooltip'
import { useI18n } from '@/i18n'
import type { RouteHealth } from '@/lib/api/catalog'
import type { KnownRoute } from '@/lib/api/use-models'
import { tripped, type Activity } from './data/activity'

const looks = {
  closed: { tone: 'ok', icon: CircleCheck },
  half_open: { tone: 'warn', icon: Timer },
  open: { tone: 'bad', icon: CircleSlash },
  unknown: { tone: 'neutral', icon: CircleDashed },
} as const

/** One route's breaker, where its own row is. */
export function BreakerBadge({ health }: { health: RouteHealth }) {
  const { t } = useI18n()
  const { tone, icon: Icon } = looks[health.breaker]
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(`models.breaker.${health.breaker}`)}
    </Badge>
  )
}

/** The worst breaker of a model's routes, with the reason of each behind it; nothing while all are closed. */
export function BreakerMark({ routes, health }: { routes: KnownRoute[]; health?: Activity['health'] }) {
  const { t } = useI18n()
  const found = tripped(routes, health)
  const worst = found[0]?.health.breaker
  if (!worst) return null
  const { tone, icon: Icon } = looks[worst]
  return (
    <Tooltip
      content={
        <ul className="grid gap-2 py-0.5">
          {found.map(({ route, health }) => (
            <li key={route.id}>
              <Reason name={`${route.providerLabel} · ${route.upstream_model}`} health={health} />
            </li>
          ))}
        </ul>
      }
    >
      <Badge tone={tone} tabIndex={0}>
        <Icon aria-hidden />
        {t(`models.breaker.${worst}`)}
        {routes.length > 1 && (
          <span className="tnum font-normal">
            {t('models.breakersOf', { count: found.length, n: routes.length })}
          </span>
        )}
      </Badge>
    </Tooltip>
  )
}

function Reason({ name, health }: { name: string; health: RouteHealth }) {
  const { t, f } = useI18n()
  return (
    <>
      <p className="font-medium break-words">
        {name}: {t(`models.breaker.${health.breaker}`)}
      </p>
      <p className="text-ink-2">{t(health.breaker === 'open' ? 'models.openHint' : 'models.halfOpenHint')}</p>
      {health.attempts > 0 && (
        <p className="text-ink-2">
          {t('models.attempts', { failed: f.integer(health.failed), n: f.integer(health.attempts) })}
        </p>
      )}
      {health.last_error && (
        <p className="line-clamp-3 break-words text-ink-2">
          {t('models.lastError', { time: f.relative(health.last_error_at ?? ''), error: health.last_error })}
        </p>
      )}
    </>
  )
}
