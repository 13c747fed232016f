import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from './client'
import { unwrap } from './problem'

export const gatewayAddressQuery = queryOptions({
  queryKey: ['gateway-address'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/gateway/address', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Where AI clients go: the gateway's port on this host; the console's own path to it where the port is not known. */
export const gatewayUrl = (origin: string, port: number | null | undefined): string => {
  if (!port) return `${origin}/gateway`
  const { protocol, hostname } = new URL(origin)
  return `${protocol}//${hostname}:${port}`
}

export function useGatewayUrl(): string {
  const address = useQuery(gatewayAddressQuery)
  return gatewayUrl(globalThis.location.origin, address.data?.port)
}
