import { createFileRoute, redirect } from '@tanstack/react-router'
import { LoginPage } from '@/features/auth/login-page'
import { setupStatusQuery } from '@/lib/api/session'
import { text } from '@/lib/search'

export const Route = createFileRoute('/login')({
  validateSearch: (search: Record<string, unknown>): { redirect?: string } => {
    const target = text(search, 'redirect')
    // Only a path of this console: a link must not send a person to another site after the password.
    return target && /^\/(?![/\\])/.test(target) ? { redirect: target } : {}
  },
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.ensureQueryData(setupStatusQuery)
    if (status.needs_setup) throw redirect({ to: '/setup' })
  },
  component: LoginRoute,
})

function LoginRoute() {
  const { redirect: target } = Route.useSearch()
  return <LoginPage redirectTo={target ?? '/'} />
}
