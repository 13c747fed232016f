import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { SecurityPage, type SecuritySearch } from '@/features/security/security-page'
import { readListSearch } from '@/lib/list-search'
import { choice } from '@/lib/search'

export const Route = createFileRoute('/_app/gateway/security')({
  validateSearch: (search: Record<string, unknown>): SecuritySearch => ({
    ...readListSearch(search),
    view: choice(search, 'view', ['patterns']),
  }),
  component: SecurityRoute,
})

function SecurityRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<SecuritySearch>) =>
      navigate({ search: (old) => ({ ...old, ...change }), replace: 'q' in change }),
    [navigate],
  )
  return <SecurityPage search={search} onSearch={onSearch} />
}
