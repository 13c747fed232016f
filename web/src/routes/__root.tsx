import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Link, Outlet, useRouter } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: Failure,
  notFoundComponent: NotFound,
})

function Failure({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        error={error}
        onRetry={() => {
          reset()
          void router.invalidate()
        }}
      />
    </main>
  )
}

function NotFound() {
  const { t } = useI18n()
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={Compass}
        title={t('error.noPage')}
        action={
          <Button asChild variant="primary">
            <Link to="/">{t('error.goHome')}</Link>
          </Button>
        }
      />
    </main>
  )
}
