import { createFileRoute, redirect } from '@tanstack/react-router'
import { LinkPage } from '@/features/auth/link-page'
import { LoginPage } from '@/features/auth/login-page'
import { setupStatusQuery } from '@/lib/api/session'
import { choice, text } from '@/lib/search'

interface LoginSearch {
  redirect?: string
  sso?: 'link'
  sso_error?: string
  /** The connection of an organisation other than the one that runs the installation. */
  connection?: string
}

export const Route = createFileRoute('/login')({
  validateSearch: (search: Record<string, unknown>): LoginSearch => {
    const target = text(search, 'redirect')
    return {
      // Only a path of this console: a link must not send a person to another site after the password.
      redirect: target && /^\/(?![/\\])/.test(target) ? target : undefined,
      sso: choice(search, 'sso', ['link'] as const),
      sso_error: text(search, 'sso_error'),
      connection: text(search, 'connection'),
    }
  },
  beforeLoad: async ({ context }) => {
    const status = await context.queryClient.ensureQueryData(setupStatusQuery)
    if (status.needs_setup) throw redirect({ to: '/setup' })
  },
  component: LoginRoute,
})

function LoginRoute() {
  const { redirect: target, sso, sso_error, connection } = Route.useSearch()
  if (sso === 'link') return <LinkPage />
  return <LoginPage redirectTo={target ?? '/'} sso={{ connection, error: sso_error }} />
}
