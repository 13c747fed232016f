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
