import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import { ssoSteps, type SsoSearch } from '@/features/sso/data/search'
import { SsoPage } from '@/features/sso/sso-page'
import { choice, text } from '@/lib/search'

export const Route = createFileRoute('/_app/admin/sso')({
  validateSearch: (search: Record<string, unknown>): SsoSearch => ({
    step: choice(search, 'step', ssoSteps),
    test: text(search, 'test'),
    dialog: choice(search, 'dialog', ['delete', 'deactivate'] as const),
  }),
  component: SsoRoute,
})

function SsoRoute() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const onSearch = useCallback((next: SsoSearch) => navigate({ search: next }), [navigate])
  return <SsoPage search={search} onSearch={onSearch} />
}
