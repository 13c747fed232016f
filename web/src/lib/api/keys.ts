import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ifMatch, readVersion, unwrap, type Versioned } from './problem'

// What the API answers with has every field; its description calls none of them required.
export type ApiKey = Required<Schemas['KeyView']>
export type ApiKeySecret = ApiKey & { key: string }
/** Null clears a field, which the description does not say of lists and texts. */
export type KeyChange = { [Field in keyof Schemas['PatchKey']]: Schemas['PatchKey'][Field] | null }
export type Surface = 'ai_gateway' | 'mcp_gateway' | 'console'
export type KeyStatus = 'active' | 'rotation_due' | 'expired' | 'disabled' | 'revoked'

/** Those that one may see: one's own, with keys:admin everybody's. */
export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async ({ signal }) => {
    const page = await unwrap(api.GET('/api/keys', { params: { query: { limit: 1000 } }, signal }))
    return { ...page, items: page.items as ApiKey[] }
  },
})

const issued = (answer: Schemas['IssuedKey']) => answer as ApiKeySecret

export const createKey = (body: Schemas['CreateKey']) => unwrap(api.POST('/api/keys', { body })).then(issued)
export const readKey = (id: string) =>
  readVersion(api.GET('/api/keys/{id}', { params: { path: { id } } })) as Promise<Versioned<ApiKey>>
export const updateKey = (id: string, body: KeyChange, etag?: string) =>
  unwrap(
    api.PATCH('/api/keys/{id}', {
      params: { path: { id } },
      body: body as Schemas['PatchKey'],
      ...ifMatch(etag),
    }),
  )
export const revokeKey = (id: string, reason?: string, etag?: string) =>
  unwrap(
    api.DELETE('/api/keys/{id}', {
      params: { path: { id }, query: reason ? { reason } : {} },
      ...ifMatch(etag),
    }),
  )
/** Ends every key of the lineage, those in their grace period too. */
export const revokeLineage = (id: string, reason: string, etag?: string) =>
  unwrap(
    api.POST('/api/keys/{id}/force-revoke', { params: { path: { id } }, body: { reason }, ...ifMatch(etag) }),
  )
export const rotateKey = (id: string, graceSeconds?: number, etag?: string) =>
  unwrap(
    api.POST('/api/keys/{id}/rotate', {
      params: { path: { id } },
      body: { grace_period_secs: graceSeconds ?? null },
      ...ifMatch(etag),
    }),
  ).then(issued)
/** A temporary key always ends. */
export const ephemeralKey = () =>
  unwrap(api.POST('/api/keys/ephemeral', { body: { surfaces: null } })).then(
    (key) => key as { key: string; expires_at: string },
  )
