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

/** A line through the values in a box of 100 × 24; a gap where nothing was measured. */
export function sparkline(values: (number | null)[]): string {
  const known = values.filter((value): value is number => value !== null)
  const top = Math.max(...known)
  if (known.length < 2 || top === 0) return ''
  const step = 100 / (values.length - 1)
  let path = ''
  let pen = false
  values.forEach((value, index) => {
    if (value === null) {
      pen = false
      return
    }
    const y = 23 - (value / top) * 21
    path += `${pen ? 'L' : 'M'}${(index * step).toFixed(2)} ${y.toFixed(2)}`
    pen = true
  })
  return path
}
