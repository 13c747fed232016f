import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { modelsQuery, providersQuery, type Model, type ModelRoute, type Provider } from './catalog'

/** A route with what its provider is called, and whether its answers are simulated. */
export interface KnownRoute extends ModelRoute {
  providerLabel: string
  simulated: boolean
}

export interface KnownModel extends Omit<Model, 'routes'> {
  routes: KnownRoute[]
  simulated: boolean
}

function describeRoute(route: ModelRoute, providers: Map<string, Provider>): KnownRoute {
  const provider = providers.get(route.provider_id)
  return {
    ...route,
    providerLabel: provider?.display_name ?? route.provider_name ?? route.provider_id,
    simulated: provider?.simulated ?? false,
  }
}

/** Models and their routes, told apart from simulated ones by the providers behind them. */
export function describeModels(models: Model[], providers: Provider[]): KnownModel[] {
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  return models.map((model) => {
    const routes = (model.routes ?? []).map((route) => describeRoute(route, byId))
    return { ...model, routes, simulated: routes.some((route) => route.simulated) }
  })
}

export function useModels() {
  const models = useQuery(modelsQuery)
  const providers = useQuery(providersQuery)
  const data = useMemo(
    () => (models.data ? describeModels(models.data.items, providers.data?.items ?? []) : undefined),
    [models.data, providers.data],
  )
  return { ...models, data }
}
