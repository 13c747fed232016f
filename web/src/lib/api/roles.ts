import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ifMatch, readVersion, unwrap, type Versioned } from './problem'

export type Policy = Schemas['Policy']
export type PolicyStatement = Schemas['PolicyStatement']
export type Role = Required<Omit<Schemas['RoleView'], 'policy'>> & { policy: Policy }
export type RoleMember = Schemas['RoleMember']
export type RoleHistoryEntry = Schemas['RoleHistoryEntry']
export type RoleFile = Schemas['RoleFile']
export type ImportedRole = Schemas['ImportedRole']
export type Permission = Schemas['PermissionView']

interface Listing {
  limit?: number
  cursor?: string
  sort?: string
  q?: string
}

export const listRoles = (query: Listing, signal?: AbortSignal) =>
  unwrap(api.GET('/api/admin/roles', { params: { query }, signal })).then((page) => ({
    items: page.items as Role[],
    next_cursor: page.next_cursor,
  }))
/** For choosing one. */
export const rolesQuery = queryOptions({
  queryKey: ['roles', 'choice'],
  queryFn: ({ signal }) => listRoles({ limit: 500 }, signal),
})
export const roleQuery = (id: string) =>
  queryOptions({
    queryKey: ['roles', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/roles/{id}', { params: { path: { id } }, signal })).then(
        (role) => role as Role,
      ),
  })
export const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/permissions', { signal })),
  staleTime: Infinity,
})

export const createRole = (body: Schemas['CreateRole']) =>
  unwrap(api.POST('/api/admin/roles', { body })).then((role) => role as Role)
export const readRole = (id: string) =>
  readVersion(api.GET('/api/admin/roles/{id}', { params: { path: { id } } })) as Promise<Versioned<Role>>
export const updateRole = (id: string, body: Schemas['PatchRole'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/roles/{id}', { params: { path: { id } }, body, ...ifMatch(etag) })).then(
    (role) => role as Role,
  )
export const cloneRole = (id: string, body: Schemas['CloneRole']) =>
  unwrap(api.POST('/api/admin/roles/{id}/clone', { params: { path: { id } }, body })).then(
    (role) => role as Role,
  )
export const deleteRole = (id: string, reassignTo: string | undefined, etag?: string) =>
  unwrap(
    api.DELETE('/api/admin/roles/{id}', {
      params: { path: { id }, query: { reassign_to: reassignTo } },
      ...ifMatch(etag),
    }),
  )
export const listRoleMembers = (id: string, query: Listing, signal?: AbortSignal) =>
  unwrap(api.GET('/api/admin/roles/{id}/members', { params: { path: { id }, query }, signal }))
export const listRoleHistory = (id: string, query: Listing, signal?: AbortSignal) =>
  unwrap(api.GET('/api/admin/roles/{id}/history', { params: { path: { id }, query }, signal }))
export const exportRoles = () => unwrap(api.GET('/api/admin/roles/export'))
export const importRoles = (body: RoleFile, dryRun: boolean) =>
  unwrap(api.POST('/api/admin/roles/import', { params: { query: { dry_run: dryRun } }, body }))
