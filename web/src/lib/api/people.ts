import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import type { ApiKey } from './keys'
import { ifMatch, readVersion, unwrap, withVersion, type Versioned } from './problem'

export type User = Required<Schemas['UserView']>
export type CreatedUser = Schemas['CreatedUser']
export type Assignment = Schemas['AssignmentView']
export type EffectivePermissions = Schemas['EffectivePermissions']
export type Team = Required<Schemas['TeamView']>
export type TeamMember = Schemas['TeamMember']
export type TeamRole = Schemas['TeamRole']
export type Session = Schemas['SessionView']
export type OneTimeLink = { token: string; expires_at?: string | null; kind: 'invite' | 'reset' }

interface Listing {
  limit?: number
  cursor?: string
  sort?: string
  q?: string
}

// The API's bodies name every field as nullable; what is left out of a request is kept as it is.
const some = <T>(body: Partial<T>) => body as T

export const listUsers = (
  query: Listing & { status?: string; kind?: string; team_id?: string; sso?: boolean },
  signal?: AbortSignal,
) =>
  unwrap(api.GET('/api/admin/users', { params: { query }, signal })).then((page) => ({
    items: page.items as User[],
    next_cursor: page.next_cursor,
  }))

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/users/{id}', { params: { path: { id } }, signal })).then(
        (user) => user as User,
      ),
  })

export const createUser = (body: Partial<Schemas['CreateUser']>) =>
  unwrap(api.POST('/api/admin/users', { body: some<Schemas['CreateUser']>(body) }))
export const readUser = (id: string) =>
  readVersion(api.GET('/api/admin/users/{id}', { params: { path: { id } } })) as Promise<Versioned<User>>
export const updateUser = (id: string, body: Schemas['PatchUser'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/users/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }))
export const deleteUser = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/users/{id}', { params: { path: { id } }, ...ifMatch(etag) }))
export const restoreUser = (id: string) =>
  unwrap(api.POST('/api/admin/users/{id}/restore', { params: { path: { id } } }))
export const resetPassword = (id: string, mode: 'link' | 'password') =>
  unwrap(api.POST('/api/admin/users/{id}/password-reset', { params: { path: { id } }, body: { mode } }))
export const logoutUser = (id: string) =>
  unwrap(api.POST('/api/admin/users/{id}/logout', { params: { path: { id } } }))
export const removeUserTotp = (id: string) =>
  unwrap(api.DELETE('/api/admin/users/{id}/totp', { params: { path: { id } } }))

/** Fails with a conflict where it is the only way to sign in. */
export const unlinkUser = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/users/{id}/sso', { params: { path: { id } }, ...ifMatch(etag) }))

export const userSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'sessions', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/users/{id}/sessions', { params: { path: { id } }, signal })),
  })
export const endUserSession = (id: string, session: string) =>
  unwrap(api.DELETE('/api/admin/users/{id}/sessions/{session}', { params: { path: { id, session } } }))

export const userRolesQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'roles', id],
    queryFn: ({ signal }) =>
      withVersion(api.GET('/api/admin/users/{id}/roles', { params: { path: { id } }, signal })),
  })
export const assignRole = (id: string, role: string, team: string | null, etag?: string) =>
  unwrap(
    api.POST('/api/admin/users/{id}/roles', {
      params: { path: { id } },
      body: some<Schemas['AssignRole']>({ role_id: role, team_id: team }),
      ...ifMatch(etag),
    }),
  )
export const unassignRole = (id: string, assignmentId: string, etag?: string) =>
  unwrap(
    api.DELETE('/api/admin/users/{id}/roles/{assignmentId}', {
      params: { path: { id, assignmentId } },
      ...ifMatch(etag),
    }),
  )

export const userPermissionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'permissions', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/users/{id}/permissions', { params: { path: { id } }, signal })),
  })

export const explainQuery = (question: {
  user_id: string
  permission: string
  team_id?: string
  resource?: string
}) =>
  queryOptions({
    queryKey: ['users', 'explain', question],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/permissions/explain', { params: { query: question }, signal })),
    retry: false,
  })

export const userKeysQuery = (id: string) =>
  queryOptions({
    queryKey: ['keys', 'of', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/keys', { params: { query: { user_id: id, limit: 100 } }, signal })).then(
        (page) => ({
          ...page,
          items: page.items as ApiKey[],
        }),
      ),
  })

export const listTeams = (query: Listing, signal?: AbortSignal) =>
  unwrap(api.GET('/api/admin/teams', { params: { query }, signal })).then((page) => ({
    items: page.items as Team[],
    next_cursor: page.next_cursor,
  }))
/** For choosing one: as many as a person can choose from. */
export const teamsQuery = queryOptions({
  queryKey: ['teams', 'choice'],
  queryFn: ({ signal }) => listTeams({ limit: 500 }, signal),
})
export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: ['teams', 'one', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/teams/{id}', { params: { path: { id } }, signal })).then(
        (team) => team as Team,
      ),
  })
export const createTeam = (body: Schemas['CreateTeam']) => unwrap(api.POST('/api/admin/teams', { body }))
export const readTeam = (id: string) =>
  readVersion(api.GET('/api/admin/teams/{id}', { params: { path: { id } } })) as Promise<Versioned<Team>>
export const updateTeam = (id: string, body: Schemas['PatchTeam'], etag?: string) =>
  unwrap(api.PATCH('/api/admin/teams/{id}', { params: { path: { id } }, body, ...ifMatch(etag) }))
export const deleteTeam = (id: string, etag?: string) =>
  unwrap(api.DELETE('/api/admin/teams/{id}', { params: { path: { id } }, ...ifMatch(etag) }))
export const listMembers = (id: string, query: Listing, signal?: AbortSignal) =>
  withVersion(api.GET('/api/admin/teams/{id}/members', { params: { path: { id }, query }, signal }))
export const putMember = (id: string, userId: string, manager: boolean, etag?: string) =>
  unwrap(
    api.PUT('/api/admin/teams/{id}/members/{userId}', {
      params: { path: { id, userId } },
      body: { manager },
      ...ifMatch(etag),
    }),
  )
export const removeMember = (id: string, userId: string, etag?: string) =>
  unwrap(
    api.DELETE('/api/admin/teams/{id}/members/{userId}', {
      params: { path: { id, userId } },
      ...ifMatch(etag),
    }),
  )
export const listTeamRoles = (id: string, query: Listing, signal?: AbortSignal) =>
  unwrap(api.GET('/api/admin/teams/{id}/roles', { params: { path: { id }, query }, signal }))

/** The link that lets somebody choose a password. The secret is after the #: it reaches no server and no log. */
export const linkOf = ({ kind, token }: OneTimeLink) =>
  `${globalThis.location.origin}/${kind === 'invite' ? 'invite' : 'reset'}#${token}`
