import { createFileRoute } from '@tanstack/react-router'
import { GuidePage } from '@/features/guide/guide-page'
import { text } from '@/lib/search'

export const Route = createFileRoute('/_app/gateway/guide')({
  validateSearch: (search: Record<string, unknown>): { client?: string; model?: string } => ({
    client: text(search, 'client'),
    model: text(search, 'model'),
  }),
  component: GuideRoute,
})

function GuideRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <GuidePage
      search={search}
      onSearch={(change) => navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  )
}
