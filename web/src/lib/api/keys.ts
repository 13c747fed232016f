import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { unwrap } from './problem'

export type ApiKey = Schemas['ApiKey']
export type ApiKeySecret = Schemas['ApiKeySecret']
export type Surface = ApiKey['surfaces'][number]

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/keys', { params: { query: { limit: 1000 } }, signal })),
})

export const createKey = (body: Schemas['ApiKeyCreate']) => unwrap(api.POST('/api/keys', { body }))
export const updateKey = (id: string, body: Schemas['ApiKeyUpdate']) =>
  unwrap(api.PATCH('/api/keys/{id}', { params: { path: { id } }, body }))
export const revokeKey = (id: string) => unwrap(api.DELETE('/api/keys/{id}', { params: { path: { id } } }))
export const rotateKey = (id: string) =>
  unwrap(api.POST('/api/keys/{id}/rotate', { params: { path: { id } } }))
export const ephemeralKey = () => unwrap(api.POST('/api/keys/ephemeral', { body: {} }))
