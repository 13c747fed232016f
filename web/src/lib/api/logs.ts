import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { ApiError, unwrap } from './problem'

export type LogItem = Schemas['LogItem']
export type LogDetail = Schemas['LogDetail']
export type LogBody = Schemas['LogBody']
export type Outcome = LogItem['outcome']
export const outcomes: Outcome[] = [
  'ok',
  'error',
  'timeout',
  'aborted',
  'interrupted',
  'denied',
  'limited',
  'cached',
]

export interface LogFilters {
  q?: string
  model?: string
  provider?: string
  outcome?: string
  user_email?: string
  key_name?: string
  from?: string
  to?: string
  sort?: string
}

export const listLogs = (filters: LogFilters & { limit: number; cursor?: string }, signal?: AbortSignal) =>
  unwrap(api.GET('/api/gateway/logs', { params: { query: filters }, signal }))

export const recentLogsQuery = (limit: number) =>
  queryOptions({
    queryKey: ['logs', 'recent', limit],
    queryFn: ({ signal }) => listLogs({ limit }, signal),
    refetchInterval: 5_000,
  })

/** A row arrives a moment after its call: not found is asked again for some seconds. */
const waitForRow = (failures: number, error: Error) =>
  error instanceof ApiError && error.status === 404 ? failures < 10 : failures < 2

export const logQuery = (id: string) =>
  queryOptions({
    queryKey: ['logs', 'detail', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/gateway/logs/{id}', { params: { path: { id } }, signal })),
    retry: waitForRow,
    retryDelay: 700,
    staleTime: 30_000,
  })

export const logBodyQuery = (id: string) =>
  queryOptions({
    queryKey: ['logs', 'body', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/admin/gateway/logs/{id}/body', { params: { path: { id } }, signal })),
    staleTime: Infinity,
  })
