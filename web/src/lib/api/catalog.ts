import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ifMatch, readVersion, unwrap, type Versioned } from './problem'

export type Provider = Schemas['Provider']
export type ProviderType = Provider['provider_type']
export type Model = Schemas['Model']
export type ModelRoute = Schemas['ModelRoute']
export type Projection = Schemas['RoutingProjection']
export type RouteHealth = Schemas['RouteHealth']
export type ModelActivity = Schemas['ModelActivity']
export type RemoteModel = Schemas['RemoteModel']

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/admin/providers', { params: { query: { limit: 1000 } }, signal })),
})

export const createProvider = (body: Schemas['ProviderCreate']) =>
  unwrap(api.POST('/api/admin/providers', { body }))
export const readProvider = (id: string) =>
  readVersion(api.GET('/api/admin/providers/{id}', { params: { path: { id } } }))
export const updateProvider = (id: string, body: Schemas['ProviderUpdate'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/providers/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }))
export const deleteProvider = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/providers/{id}', { params: { path: { id } }, ...ifMatch(etag) }))

export const testProvider = (body: Schemas['ProviderTest']) =>
  unwrap(api.POST('/api/admin/providers/test', { body }))
export const remoteModelsQuery = (id: string) =>
  queryOptions({
    queryKey: ['remote-models', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/providers/{id}/remote-models', { params: { path: { id } }, signal })),
    retry: false,
    staleTime: 30_000,
  })
export const importModels = (id: string, models: Schemas['ModelToImport'][]) =>
  unwrap(api.POST('/api/admin/providers/{id}/import-models', { params: { path: { id } }, body: { models } }))

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/admin/models', { params: { query: { limit: 1000 } }, signal })),
})

export const createModel = (body: Schemas['ModelCreate']) => unwrap(api.POST('/api/admin/models', { body }))
export const readModel = (id: string) =>
  readVersion(api.GET('/api/admin/models/{id}', { params: { path: { id } } })) as Promise<Versioned<Model>>
export const updateModel = (id: string, body: Schemas['ModelUpdate'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/models/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }))
export const deleteModel = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/models/{id}', { params: { path: { id } }, ...ifMatch(etag) }))
export const createRoute = (id: string, body: Schemas['ModelRouteCreate']) =>
  unwrap(api.POST('/api/admin/models/{id}/routes', { params: { path: { id } }, body }))
export const readRoute = (id: string) =>
  readVersion(api.GET('/api/admin/model-routes/{id}', { params: { path: { id } } })) as Promise<
    Versioned<ModelRoute>
  >
export const updateRoute = (id: string, body: Schemas['ModelRouteUpdate'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/model-routes/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }))
export const deleteRoute = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/model-routes/{id}', { params: { path: { id } }, ...ifMatch(etag) }))
export const updateWeights = (updates: { id: string; weight: number }[], etag?: string) =>
  unwrap(api.PATCH('/api/admin/model-routes/batch-weights', { body: { updates }, ...ifMatch(etag) }))

const every = 15_000

/** All that the table of models shows besides the models, at once. */
export const modelActivityQuery = queryOptions({
  queryKey: ['models', 'activity'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/model-routes/activity', { signal })),
  refetchInterval: every,
})
export const projectionQuery = (id: string) =>
  queryOptions({
    queryKey: ['models', id, 'projection'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/models/{id}/routing-projection', { params: { path: { id } }, signal })),
    refetchInterval: every,
  })
export const routeHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['models', id, 'history'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/models/{id}/route-history', { params: { path: { id } }, signal })),
    refetchInterval: every,
  })
export const routeHealthQuery = (id: string) =>
  queryOptions({
    queryKey: ['models', id, 'health'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/models/{id}/route-health', { params: { path: { id } }, signal })),
    refetchInterval: every,
  })
