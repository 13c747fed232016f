import { createFileRoute, redirect } from '@tanstack/react-router'
import { setupSteps, type SetupStep } from '@/features/setup/data/steps'
import { SetupPage } from '@/features/setup/setup-page'
import { meQuery, setupStatusQuery } from '@/lib/api/session'
import { choice } from '@/lib/search'

export const Route = createFileRoute('/setup')({
  validateSearch: (search: Record<string, unknown>): { step?: SetupStep } => ({
    step: choice(search, 'step', setupSteps),
  }),
  beforeLoad: async ({ context, search }) => {
    const status = await context.queryClient.ensureQueryData(setupStatusQuery)
    if (status.needs_setup) {
      // A password typed in an earlier step does not survive a reload: begin again.
      if (search.step === 'provider') throw redirect({ to: '/setup', search: { step: 'welcome' } })
      return
    }
    if (search.step !== 'provider') throw redirect({ to: '/' })
    await context.queryClient.ensureQueryData(meQuery).catch(() => {
      throw redirect({ to: '/login', search: { redirect: '/setup?step=provider' } })
    })
  },
  component: SetupRoute,
})

function SetupRoute() {
  const { step } = Route.useSearch()
  const navigate = Route.useNavigate()
  return <SetupPage step={step ?? 'welcome'} onStep={(next) => navigate({ search: { step: next } })} />
}
