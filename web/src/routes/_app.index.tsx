import { createFileRoute } from '@tanstack/react-router'
import { HomePage } from '@/features/home/home-page'
import { overviewQuery, ranges, type Range } from '@/lib/api/overview'
import { choice } from '@/lib/search'

export const Route = createFileRoute('/_app/')({
  validateSearch: (search: Record<string, unknown>): { range?: Range } => ({
    range: choice(search, 'range', ranges),
  }),
  loaderDeps: ({ search }) => ({ range: search.range ?? '24h' }),
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(overviewQuery(deps.range)),
  component: HomeRoute,
})

function HomeRoute() {
  const { range } = Route.useSearch()
  const navigate = Route.useNavigate()
  return <HomePage range={range ?? '24h'} onRange={(next) => navigate({ search: { range: next } })} />
}
