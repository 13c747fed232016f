import createClient from 'openapi-fetch'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

// A cross-site page cannot send this header: the API requires it with every change made by cookie.
const csrf = { 'x-requested-with': 'thinkwatch-console' }
const withoutRefresh = ['/api/auth/login', '/api/auth/refresh', '/api/auth/password/redeem', '/api/setup/']

let refreshing: Promise<boolean> | null = null

/** One refresh at a time: the refresh token is rotated on use, and two would look like a replay. */
function refreshSession(): Promise<boolean> {
  refreshing ??= fetch('/api/auth/refresh', { method: 'POST', headers: csrf })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      refreshing = null
    })
  return refreshing
}

async function sessionFetch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (withoutRefresh.some((path) => pathname.startsWith(path))) return fetch(request)
  const again = request.clone()
  const response = await fetch(request)
  if (response.status !== 401 || !(await refreshSession())) return response
  return fetch(again)
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  headers: csrf,
  fetch: sessionFetch,
})
