import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { unwrap } from './problem'

export type Me = Schemas['Me']

export const setupStatusQuery = queryOptions({
  queryKey: ['setup', 'status'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/setup/status', { signal })),
  staleTime: 60_000,
})

export const meQuery = queryOptions({
  queryKey: ['auth', 'me'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/auth/me', { signal })),
  staleTime: 60_000,
  retry: false,
})

/** With a one-time code or a recovery code where the account has a second factor. */
export const login = (body: Partial<Schemas['LoginRequest']>) =>
  unwrap(api.POST('/api/auth/login', { body: body as Schemas['LoginRequest'] }))
export const logout = () => unwrap(api.POST('/api/auth/logout'))
export const initialize = (body: Schemas['SetupRequest']) =>
  unwrap(api.POST('/api/setup/initialize', { body }))
export const addSimulator = () => unwrap(api.POST('/api/setup/simulator'))

/** Spends the token of an invitation or a reset. */
export const redeemToken = (token: string, password: string) =>
  unwrap(api.POST('/api/auth/password/redeem', { body: { token, password } }))
export const changePassword = (body: { current_password: string; new_password: string }) =>
  unwrap(api.POST('/api/auth/password', { body }))

export const mySessionsQuery = queryOptions({
  queryKey: ['sessions', 'mine'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/auth/sessions', { signal })),
})
export const endMySession = (session: string) =>
  unwrap(api.DELETE('/api/auth/sessions/{session}', { params: { path: { session } } }))

export const enrollTotp = (password: string) =>
  unwrap(api.POST('/api/auth/totp/enroll', { body: { password } }))
export const confirmTotp = (code: string) => unwrap(api.POST('/api/auth/totp/confirm', { body: { code } }))
export const renewRecoveryCodes = (code: string) =>
  unwrap(api.POST('/api/auth/totp/recovery-codes', { body: { code } }))
export const disableTotp = (code: string) => unwrap(api.POST('/api/auth/totp/disable', { body: { code } }))
