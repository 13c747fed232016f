import type { Projection } from '@/lib/api/catalog'

/** Whole percents that sum to 100, as near to the shares as can be; empty when there is nothing to share. */
export function percents(shares: number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  if (total <= 0) return shares.map(() => 0)
  const exact = shares.map((share) => (share / total) * 100)
  const floors = exact.map(Math.floor)
  const missing = 100 - floors.reduce((sum, each) => sum + each, 0)
  const byRest = exact.map((each, index) => ({ index, rest: each - Math.floor(each) }))
  for (const { index } of byRest.toSorted((a, b) => b.rest - a.rest).slice(0, missing)) floors[index]! += 1
  return floors
}

/** Moves the border between a part and the next one; neither gets less than nothing, the others stay. */
export function moveBorder(parts: number[], border: number, to: number): number[] {
  const before = parts.slice(0, border).reduce((sum, part) => sum + part, 0)
  const pair = (parts[border] ?? 0) + (parts[border + 1] ?? 0)
  const left = Math.min(pair, Math.max(0, Math.round(to) - before))
  return parts.map((part, index) => (index === border ? left : index === border + 1 ? pair - left : part))
}

/** What a million tokens cost with this split; null when a route that takes part has no price. */
export function splitCost(parts: { percent: number; usd: string | null }[]): number | null {
  const taking = parts.filter((part) => part.percent > 0)
  if (taking.length === 0 || taking.some((part) => part.usd === null)) return null
  return taking.reduce((sum, part) => sum + (part.percent / 100) * Number(part.usd), 0)
}

export const isManual = (projection: Projection) => projection.strategy === 'weighted'
