import { useI18n } from '@/i18n'
import type { KnownRoute } from '@/lib/api/use-models'
import { at, fills } from './data/colours'
import { shares } from './data/schema'

/** How a model's traffic is split over its routes: one bar, one part a route. */
export function RouteBar({ routes, className }: { routes: KnownRoute[]; className?: string }) {
  const { t, f } = useI18n()
  const parts = shares(routes).filter((part) => part.share > 0)
  const taking = routes.filter((route) => route.enabled)
  const spoken = parts.map(({ route, share }) => `${route.providerLabel} ${f.percent(share, 0)}`).join(', ')
  let x = 0
  return (
    <svg
      role="img"
      aria-label={spoken ? t('models.split', { split: spoken }) : t('models.noTraffic')}
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      className={className}
    >
      <rect width="100" height="6" rx="1" className="fill-sunken" />
      {parts.map(({ route, share }, index) => {
        const start = x
        x += share * 100
        return (
          <rect
            key={route.id}
            x={start}
            width={Math.max(share * 100 - (index < parts.length - 1 ? 0.8 : 0), 0.5)}
            height="6"
            className={at(fills, taking.indexOf(route))}
          />
        )
      })}
    </svg>
  )
}
