import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { readTeamsSearch, type TeamsSearch } from '@/features/teams/data/search'
import { TeamsPage } from '@/features/teams/teams-page'

export const Route = createFileRoute('/_app/admin/teams')({
  validateSearch: readTeamsSearch,
  component: TeamsRoute,
})

function TeamsRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<TeamsSearch>) =>
      navigate({
        search: (old) => ({ ...old, ...change }),
        replace: 'q' in change,
        resetScroll: false,
      }),
    [navigate],
  )
  return <TeamsPage search={search} onSearch={onSearch} />
}
