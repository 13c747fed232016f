import { createFileRoute, useLocation } from '@tanstack/react-router'
import { ChoosePasswordPage } from '@/features/auth/choose-password-page'

export const Route = createFileRoute('/reset')({ component: ResetRoute })

function ResetRoute() {
  return <ChoosePasswordPage kind="reset" token={useLocation().hash} />
}
