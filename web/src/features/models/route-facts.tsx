import { Sparkline } from '@/components/sparkline'
import { useI18n } from '@/i18n'
import type { Projection, RouteHealth } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'
import { BreakerBadge } from './breaker-badge'

export type RouteFigures = Projection['routes'][number]
export type RouteHistory = Schemas['RouteHistory']['routes'][number]

interface RouteFactsProps {
  name: string
  figures?: RouteFigures
  health?: RouteHealth
  history?: RouteHistory
  caps: { rpm_cap?: number | null; tpm_cap?: number | null }
}

/** What is measured of a route: breaker, latency, success, price, and the last hour as a line. */
export function RouteFacts({ name, figures, health, history, caps }: RouteFactsProps) {
  const { t, f } = useI18n()
  if (!figures) return null
  const points = history?.points ?? []
  const measured = points.findLast((point) => point.p95_ms !== null)
  return (
    <div className="flex w-full flex-wrap items-center gap-x-4 gap-y-1.5 border-t border-line pt-2 text-xs text-ink-2">
      {health && <BreakerBadge health={health} />}
      {health && health.failed > 0 && (
        <span className="text-bad" title={health.last_error ?? undefined}>
          {t('models.routeState.failing', { failed: health.failed, n: health.attempts })}
        </span>
      )}
      <Fact label={t('models.firstToken')} value={f.duration(figures.first_token_ms)} />
      <Fact
        label={t('models.success')}
        value={figures.success_rate === null ? '–' : f.percent(figures.success_rate)}
      />
      <Fact
        label={t('models.cost')}
        value={
          figures.usd_per_million === null ? t('models.unpriced') : `${f.usd(figures.usd_per_million)}/1M`
        }
      />
      {caps.rpm_cap ? <Fact label={t('models.cap')} value={`${f.compact(caps.rpm_cap)} RPM`} /> : null}
      {caps.tpm_cap ? <Fact label={t('models.cap')} value={`${f.compact(caps.tpm_cap)} TPM`} /> : null}
      {measured ? (
        <Sparkline
          className="ms-auto"
          label={t('models.course', { name, p95: f.duration(measured.p95_ms) })}
          lines={[
            { values: points.map((point) => point.p95_ms), className: 'stroke-latency' },
            { values: points.map((point) => point.p50_ms), className: 'stroke-requests' },
          ]}
        />
      ) : (
        <span className="ms-auto text-ink-3">{t('models.noCalls')}</span>
      )}
    </div>
  )
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-3">{label} </span>
      <span className="tnum font-medium">{value}</span>
    </span>
  )
}
