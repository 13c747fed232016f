import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { ProvidersPage } from '@/features/providers/providers-page'
import { readListSearch, type ListSearch } from '@/lib/list-search'

export const Route = createFileRoute('/_app/gateway/providers')({
  validateSearch: readListSearch,
  component: ListRoute,
})

function ListRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<ListSearch>) =>
      navigate({ search: (old) => ({ ...old, ...change }), replace: 'q' in change }),
    [navigate],
  )
  return <ProvidersPage search={search} onSearch={onSearch} />
}
