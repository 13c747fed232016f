import { createFileRoute, Outlet, redirect } from '@tanstack/react-router'
import { AppShell } from '@/components/shell/app-shell'
import { ApiError } from '@/lib/api/problem'
import { meQuery, setupStatusQuery } from '@/lib/api/session'

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context, location }) => {
    const status = await context.queryClient.ensureQueryData(setupStatusQuery)
    if (status.needs_setup) throw redirect({ to: '/setup' })
    const me = await context.queryClient.ensureQueryData(meQuery).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { redirect: location.href } })
    })
    // Until it is done the server allows nothing else.
    if ((me.must_change_password || me.must_enroll_totp) && location.pathname !== '/profile')
      throw redirect({ to: '/profile' })
    return { me }
  },
  component: AppLayout,
})

function AppLayout() {
  const { me } = Route.useRouteContext()
  return (
    <AppShell me={me}>
      <Outlet />
    </AppShell>
  )
}
