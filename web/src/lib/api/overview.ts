import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { unwrap } from './problem'

export type Overview = Schemas['Overview']
export type Range = '1h' | '24h' | '7d'
export const ranges: Range[] = ['1h', '24h', '7d']

export const overviewQuery = (range: Range) =>
  queryOptions({
    queryKey: ['overview', range],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/dashboard/overview', { params: { query: { range } }, signal })),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  })

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/health', { signal })),
  refetchInterval: 15_000,
})
