import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import type { Overview } from '@/lib/api/overview'
import { cn } from '@/lib/cn'
import { sparkline } from '@/lib/sparkline'
import { change, readings, type Point } from './data/metrics'

interface Tile {
  label: string
  value: string
  delta: number | null
  /** Whether more is worse: errors and latency. */
  cost?: boolean
  note?: string
  line?: { read: (point: Point) => number | null; className: string }
}

export function StatTiles({ overview }: { overview: Overview | undefined }) {
  const { t, f } = useI18n()
  if (!overview) {
    return (
      <div className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
        {Array.from({ length: 6 }, (_, index) => (
          <div key={index} className="panel grid h-28 content-between p-4">
            <Skeleton className="h-3 w-16" />
            <Skeleton className="h-7 w-24" />
            <Skeleton className="h-3" />
          </div>
        ))}
      </div>
    )
  }
  const { totals, previous, series } = overview
  const tokens = totals.input_tokens + totals.output_tokens
  const tokensBefore = previous.input_tokens + previous.output_tokens
  const rate = totals.requests ? totals.errors / totals.requests : 0
  const rateBefore = previous.requests ? previous.errors / previous.requests : 0
  const tiles: Tile[] = [
    {
      label: t('home.requests'),
      value: f.compact(totals.requests),
      delta: change(totals.requests, previous.requests),
      line: { read: readings.requests, className: 'stroke-requests' },
    },
    {
      label: t('home.errors'),
      value: f.percent(rate),
      note: t('home.errorCount', { n: totals.errors, count: f.integer(totals.errors) }),
      delta: change(rate, rateBefore),
      cost: true,
      line: { read: (point) => point.errors, className: 'stroke-errors' },
    },
    {
      label: t('home.p95'),
      value: f.duration(totals.p95_ms),
      note: t('home.p50', { value: f.duration(totals.p50_ms) }),
      delta: change(totals.p95_ms, previous.p95_ms),
      cost: true,
      line: { read: readings.latency, className: 'stroke-latency' },
    },
    {
      label: t('home.tokens'),
      value: f.compact(tokens),
      note: t('home.inOut', { in: f.compact(totals.input_tokens), out: f.compact(totals.output_tokens) }),
      delta: change(tokens, tokensBefore),
      line: { read: readings.tokens, className: 'stroke-tokens' },
    },
    {
      label: t('home.spend'),
      value: f.usd(totals.cost_usd),
      delta: change(Number(totals.cost_usd ?? 0), Number(previous.cost_usd ?? 0)),
      line: { read: readings.cost, className: 'stroke-cost' },
    },
    {
      label: t('home.activeKeys'),
      value: f.integer(totals.active_keys ?? 0),
      delta: change(totals.active_keys, previous.active_keys),
    },
  ]
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      {tiles.map((tile) => (
        <div key={tile.label} className="panel relative flex h-28 min-w-0 flex-col overflow-hidden px-4 pt-3">
          <dt className="truncate text-xs font-medium text-ink-2">{tile.label}</dt>
          <dd className="mt-1 flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className="tnum truncate text-2xl font-semibold tracking-tight">{tile.value}</span>
            <Delta value={tile.delta} cost={tile.cost} />
          </dd>
          {tile.note && <dd className="tnum truncate text-xs text-ink-3">{tile.note}</dd>}
          {tile.line && (
            <svg
              viewBox="0 0 100 24"
              preserveAspectRatio="none"
              aria-hidden
              className="absolute inset-x-0 bottom-0 h-7 w-full"
            >
              <path
                d={sparkline(series.map(tile.line.read))}
                vectorEffect="non-scaling-stroke"
                strokeWidth="1.5"
                strokeLinejoin="round"
                className={cn('fill-transparent', tile.line.className)}
              />
            </svg>
          )}
        </div>
      ))}
    </dl>
  )
}

function Delta({ value, cost }: { value: number | null; cost?: boolean }) {
  const { t, f } = useI18n()
  if (value === null) return null
  const flat = Math.abs(value) < 0.005
  const Icon = flat ? ArrowRight : value > 0 ? ArrowUpRight : ArrowDownRight
  const tone = flat || !cost ? 'text-ink-3' : value > 0 ? 'text-bad' : 'text-ok'
  const text = Math.abs(value) >= 10 ? `×${f.compact(Math.round(value + 1))}` : f.percent(Math.abs(value), 0)
  return (
    <span
      title={t('home.versusBefore')}
      className={cn('tnum inline-flex items-center text-xs font-medium', tone)}
    >
      <Icon className="size-3.5" aria-hidden />
      <span className="sr-only">{t(flat ? 'home.unchanged' : value > 0 ? 'home.up' : 'home.down')} </span>
      {text}
    </span>
  )
}
