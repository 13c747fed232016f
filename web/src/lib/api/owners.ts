import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas } from './client'
import { unwrap } from './problem'

/** Who a key may be made for. */
export const ownersQuery = queryOptions({
  queryKey: ['users', 'owners'],
  queryFn: async ({ signal }) => {
    const query = { status: 'active', limit: 1000, sort: 'email' }
    const page = await unwrap(api.GET('/api/admin/users', { params: { query }, signal }))
    return page.items as Required<Schemas['UserView']>[]
  },
  staleTime: 30_000,
})

/** Which team a key may belong to. */
export const ownerTeamsQuery = queryOptions({
  queryKey: ['teams', 'owners'],
  queryFn: async ({ signal }) => {
    const query = { limit: 1000, sort: 'name' }
    const page = await unwrap(api.GET('/api/admin/teams', { params: { query }, signal }))
    return page.items as Required<Schemas['TeamView']>[]
  },
  staleTime: 30_000,
})
