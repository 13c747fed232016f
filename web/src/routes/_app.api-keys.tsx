import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { KeysPage, type KeysSearch } from '@/features/keys/keys-page'
import { readListSearch } from '@/lib/list-search'
import { choice } from '@/lib/search'

export const Route = createFileRoute('/_app/api-keys')({
  validateSearch: (search: Record<string, unknown>): KeysSearch => ({
    ...readListSearch(search),
    mine: choice(search, 'mine', ['mine']),
  }),
  component: ListRoute,
})

function ListRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<KeysSearch>) =>
      navigate({ search: (old) => ({ ...old, ...change }), replace: 'q' in change }),
    [navigate],
  )
  return <KeysPage search={search} onSearch={onSearch} />
}
