import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { readUsersSearch, type UsersSearch } from '@/features/users/data/search'
import { UsersPage } from '@/features/users/users-page'

export const Route = createFileRoute('/_app/admin/users')({
  validateSearch: readUsersSearch,
  component: UsersRoute,
})

function UsersRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<UsersSearch>) =>
      navigate({
        search: (old) => ({ ...old, ...change }),
        replace: 'q' in change || 'resource' in change,
        resetScroll: false,
      }),
    [navigate],
  )
  return <UsersPage search={search} onSearch={onSearch} />
}
