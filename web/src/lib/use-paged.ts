import { keepPreviousData, useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'

interface Page<T> {
  items: T[]
  next_cursor?: string | null
  etag?: string
}

/** A list that the server pages by key. While a changed question is under way the old answer stays in view. */
export function usePaged<T>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  enabled = true,
) {
  const client = useQueryClient()
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam ?? undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    enabled,
  })
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items), [list.data])
  /** Of what is loaded by now, at whatever moment it is asked for: of the first page, for a change in between makes it an old one. */
  const etag = () => client.getQueryData<InfiniteData<Page<T>>>(key)?.pages[0]?.etag
  return { ...list, rows, etag }
}

/** What somebody types, once they pause: each letter need not be a request. */
export function useSettled<T>(value: T, ms = 200): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
