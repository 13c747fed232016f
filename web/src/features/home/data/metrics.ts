import type { Overview } from '@/lib/api/overview'

export const metrics = ['requests', 'tokens', 'cost', 'latency'] as const
export type Metric = (typeof metrics)[number]
export type Point = Overview['series'][number]

export const readings: Record<Metric, (point: Point) => number | null> = {
  requests: (point) => point.requests,
  tokens: (point) => point.tokens ?? 0,
  cost: (point) => Number(point.cost_usd ?? 0),
  latency: (point) => point.p95_ms ?? null,
}

/** Change against the period before; null when there was nothing to compare with. */
export function change(now: number | null | undefined, before: number | null | undefined): number | null {
  if (now === null || now === undefined || !before) return null
  return (now - before) / before
}
