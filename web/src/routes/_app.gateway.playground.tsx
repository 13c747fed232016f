import { createFileRoute } from '@tanstack/react-router'
import { PlaygroundPage, type PlaygroundSearch } from '@/features/playground/playground-page'
import { surfaces } from '@/features/playground/data/types'
import { choice, text } from '@/lib/search'

export const Route = createFileRoute('/_app/gateway/playground')({
  validateSearch: (search: Record<string, unknown>): PlaygroundSearch => ({
    model: text(search, 'model'),
    with: text(search, 'with'),
    surface: choice(search, 'surface', surfaces),
  }),
  component: PlaygroundRoute,
})

function PlaygroundRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <PlaygroundPage
      search={search}
      onSearch={(change) => navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
    />
  )
}
