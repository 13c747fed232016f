import { useI18n } from '@/i18n'
import type { LogDetail } from '@/lib/api/logs'
import { cn } from '@/lib/cn'

/** Where the time of a call went: in the gateway, waiting for the model, receiving its answer. */
export function Timeline({ log }: { log: LogDetail }) {
  const { t, f } = useI18n()
  const total = log.latency_ms
  const overhead = Math.min(log.overhead_us / 1_000, total)
  // Nothing came back when the upstream's first byte was never seen: all of the time went into waiting.
  const first = Math.min((log.upstream_ttfb_ms || total - overhead) + overhead, total)
  const spans = [
    { label: t('logs.inGateway'), from: 0, to: overhead, fill: 'fill-ink-3' },
    { label: t('logs.waitingModel'), from: overhead, to: first, fill: 'fill-latency' },
    { label: t('logs.receiving'), from: first, to: total, fill: 'fill-requests' },
  ].filter((span) => span.to > span.from)
  if (total <= 0 || spans.length === 0) return null
  return (
    <section aria-labelledby="timeline">
      <h3 id="timeline" className="mb-2 text-sm font-semibold">
        {t('logs.timeline')}
      </h3>
      <ul className="grid gap-1.5">
        {spans.map((span) => (
          <li
            key={span.label}
            className="grid grid-cols-[9rem_minmax(0,1fr)_5rem] items-center gap-3 text-sm"
          >
            <span className="truncate text-ink-2">{span.label}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2.5 w-full" aria-hidden>
              <rect width="100" height="8" className="fill-sunken dark:fill-hover" />
              <rect
                x={Math.min((span.from / total) * 100, 99.2)}
                width={Math.max(((span.to - span.from) / total) * 100, 0.8)}
                height="8"
                className={cn(span.fill)}
              />
            </svg>
            <span className="tnum text-end">{f.duration(span.to - span.from)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
