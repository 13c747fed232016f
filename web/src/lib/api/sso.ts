import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ApiError, ifMatch, readVersion, unwrap, type Versioned } from './problem'

export type SsoConnection = Schemas['SsoView']
export type SsoPreset = Schemas['SsoPreset']
export type SsoTestResult = Schemas['SsoTestResult']
export type DiscoveredIssuer = Schemas['DiscoveredIssuer']

export const ssoQuery = queryOptions({
  queryKey: ['sso'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/sso', { signal })),
})
/** The connection as it stands; a fault when it was removed meanwhile. */
export const readSso = async (): Promise<Versioned<SsoConnection>> => {
  const { value, etag } = await readVersion(api.GET('/api/admin/sso'))
  if (!value.connection) throw new ApiError(404, {})
  return { value: value.connection, etag }
}
export const putSso = (body: Partial<Schemas['PutSso']>, etag?: string) =>
  unwrap(api.PUT('/api/admin/sso', { body: body as Schemas['PutSso'], ...ifMatch(etag) }))
export const deleteSso = (etag?: string) => unwrap(api.DELETE('/api/admin/sso', ifMatch(etag)))
export const discoverIssuer = (issuer: string, allow_private_network: boolean) =>
  unwrap(api.POST('/api/admin/sso/discover', { body: { issuer, allow_private_network } }))
export const testSso = () => unwrap(api.POST('/api/admin/sso/test'))
export const activateSso = (etag?: string) => unwrap(api.POST('/api/admin/sso/activate', ifMatch(etag)))
export const deactivateSso = (etag?: string) => unwrap(api.POST('/api/admin/sso/deactivate', ifMatch(etag)))

/** What the login page offers; with the id of an organisation's connection that one. */
export const ssoOfferQuery = (connection: string | undefined) =>
  queryOptions({
    queryKey: ['sso', 'offer', connection ?? ''],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/auth/sso', { params: { query: connection ? { connection } : {} }, signal })),
    retry: false,
    staleTime: 60_000,
  })
export const ssoLinkQuery = queryOptions({
  queryKey: ['sso', 'link'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/auth/sso/link', { signal })),
  retry: false,
})
export const linkSso = (body: Partial<Schemas['LinkSso']>) =>
  unwrap(api.POST('/api/auth/sso/link', { body: body as Schemas['LinkSso'] }))

/** A page of the server that sends the browser on: not for fetch. */
export const ssoStartPath = (connection: string | null, redirect: string) => {
  const query = new URLSearchParams()
  if (connection) query.set('connection', connection)
  if (redirect !== '/') query.set('redirect', redirect)
  return `/api/auth/sso/start${query.size ? `?${query}` : ''}`
}
