import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ifMatch, readVersion, unwrap, withVersion } from './problem'

export type ContentRule = Schemas['ContentRuleView']
export type ContentRuleBody = Schemas['ContentRuleCreate']
export type RuleScope = Schemas['RuleScope']
export type SandboxResult = Schemas['SandboxResult']
export type PiiPattern = Schemas['PiiPatternView']

export const contentRulesQuery = queryOptions({
  queryKey: ['security', 'rules'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/security/content-rules', { signal })),
})
export const createRule = (body: ContentRuleBody) =>
  unwrap(api.POST('/api/admin/security/content-rules', { body }))
export const readRule = (id: string) =>
  readVersion(api.GET('/api/admin/security/content-rules/{id}', { params: { path: { id } } }))
export const updateRule = (id: string, body: Schemas['ContentRulePatch'], etag?: string) =>
  unwrap(
    api.PATCH('/api/admin/security/content-rules/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }),
  )
export const deleteRule = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/security/content-rules/{id}', { params: { path: { id } }, ...ifMatch(etag) }))

export const presetsQuery = queryOptions({
  queryKey: ['security', 'presets'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/security/presets', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
})

export const hitsQuery = queryOptions({
  queryKey: ['security', 'hits'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/security/hits', { signal })),
  refetchInterval: 15_000,
  retry: false,
})

export const tryText = (body: Schemas['SandboxRequest']) =>
  unwrap(api.POST('/api/admin/security/test', { body }))

export const securitySettingsQuery = queryOptions({
  queryKey: ['settings', 'security'],
  queryFn: ({ signal }) =>
    withVersion(
      api.GET('/api/admin/settings/category/{category}', {
        params: { path: { category: 'security' } },
        signal,
      }),
    ),
})
export const changeSettings = (settings: Record<string, unknown>, etag?: string) =>
  unwrap(api.PATCH('/api/admin/settings', { body: { settings }, ...ifMatch(etag) }))
