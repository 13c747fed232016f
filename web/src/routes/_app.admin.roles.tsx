import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { readRolesSearch, type RolesSearch } from '@/features/roles/data/search'
import { RolesPage } from '@/features/roles/roles-page'

export const Route = createFileRoute('/_app/admin/roles')({
  validateSearch: readRolesSearch,
  component: RolesRoute,
})

function RolesRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<RolesSearch>) =>
      navigate({
        search: (old) => ({ ...old, ...change }),
        replace: 'q' in change,
        resetScroll: false,
      }),
    [navigate],
  )
  return <RolesPage search={search} onSearch={onSearch} />
}
