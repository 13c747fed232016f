import type { ModelActivity, RouteHealth } from '@/lib/api/catalog'
import type { Schemas } from '@/lib/api/client'

/** The last hour of one model. */
export interface Hour extends ModelActivity {
  calls: number
  failed: number
}

export interface Activity {
  /** By the name that programs call. */
  hours: Map<string, Hour>
  /** By route. */
  health: Map<string, RouteHealth>
}

const sum = (parts: number[]) => parts.reduce((total, part) => total + part, 0)

export const activityOf = (report: Schemas['ModelActivityReport']): Activity => ({
  hours: new Map(
    report.models.map((model) => [
      model.model_id,
      { ...model, calls: sum(model.requests), failed: sum(model.errors) },
    ]),
  ),
  health: new Map(report.routes.map((route) => [route.route_id, route])),
})

/** Breakers that keep calls away, the worst first; one that is closed, or that nobody could ask, is no news. */
export function tripped<T extends { id: string }>(routes: T[], health: Activity['health'] | undefined) {
  return routes
    .flatMap((route) => {
      const found = health?.get(route.id)
      return found && (found.breaker === 'open' || found.breaker === 'half_open')
        ? [{ route, health: found }]
        : []
    })
    .sort((a, b) => Number(b.health.breaker === 'open') - Number(a.health.breaker === 'open'))
}
