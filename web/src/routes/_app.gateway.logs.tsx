import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { LogsPage } from '@/features/logs/logs-page'
import { readLogSearch, type LogSearch } from '@/features/logs/data/search'

export const Route = createFileRoute('/_app/gateway/logs')({
  validateSearch: readLogSearch,
  component: LogsRoute,
})

function LogsRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback(
    (change: Partial<LogSearch>) =>
      navigate({ search: (old) => ({ ...old, ...change }), replace: 'q' in change, resetScroll: false }),
    [navigate],
  )
  return <LogsPage search={search} onSearch={onSearch} />
}
