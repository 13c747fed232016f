import { createFileRoute, useLocation } from '@tanstack/react-router'
import { ChoosePasswordPage } from '@/features/auth/choose-password-page'

export const Route = createFileRoute('/invite')({ component: InviteRoute })

function InviteRoute() {
  return <ChoosePasswordPage kind="invite" token={useLocation().hash} />
}
