import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { unwrap } from './problem'

export type Provider = Schemas['Provider']
export type ProviderType = Provider['provider_type']
export type Model = Schemas['Model']
export type ModelRoute = Schemas['ModelRoute']

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/admin/providers', { params: { query: { limit: 1000 } }, signal })),
})

export const createProvider = (body: Schemas['ProviderCreate']) =>
  unwrap(api.POST('/api/admin/providers', { body }))
export const updateProvider = (id: string, body: Schemas['ProviderUpdate']) =>
  unwrap(api.PATCH('/api/admin/providers/{id}', { params: { path: { id } }, body }))
export const deleteProvider = (id: string) =>
  unwrap(api.DELETE('/api/admin/providers/{id}', { params: { path: { id } } }))

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/admin/models', { params: { query: { limit: 1000 } }, signal })),
})

export const createModel = (body: Schemas['ModelCreate']) => unwrap(api.POST('/api/admin/models', { body }))
export const updateModel = (id: string, body: Schemas['ModelUpdate']) =>
  unwrap(api.PATCH('/api/admin/models/{id}', { params: { path: { id } }, body }))
export const deleteModel = (id: string) =>
  unwrap(api.DELETE('/api/admin/models/{id}', { params: { path: { id } } }))
export const createRoute = (id: string, body: Schemas['ModelRouteCreate']) =>
  unwrap(api.POST('/api/admin/models/{id}/routes', { params: { path: { id } }, body }))
export const updateRoute = (id: string, body: Schemas['ModelRouteUpdate']) =>
  unwrap(api.PATCH('/api/admin/model-routes/{id}', { params: { path: { id } }, body }))
export const deleteRoute = (id: string) =>
  unwrap(api.DELETE('/api/admin/model-routes/{id}', { params: { path: { id } } }))
