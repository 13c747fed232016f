import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { LogOut, UserRound } from 'lucide-react'
import { useI18n } from '@/i18n'
import { logout, type Me } from '@/lib/api/session'
import { initials } from '../avatar'
import { describeError } from '../states'
import { Menu, MenuItem, MenuSeparator } from '../ui/menu'
import { useToast } from '../ui/toast'

export function useSignOut() {
  const { t } = useI18n()
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  return async () => {
    try {
      const next = await logout()
      // The session came of a provider: it ends there too, on a page of the server that sends the browser on.
      if (next?.redirect_to) {
        location.assign(next.redirect_to)
        return
      }
    } catch (error) {
      toast.failure(t('auth.signOutFailed'), describeError(error, t).title)
      return
    }
    await navigate({ to: '/login' })
    client.clear()
  }
}

export function UserMenu({ me }: { me: Me }) {
  const { t } = useI18n()
  const signOut = useSignOut()
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="ms-1 grid size-8 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-text transition-colors hover:bg-accent hover:text-accent-ink"
        >
          <span aria-hidden>{initials(me.display_name || me.email)}</span>
          <span className="sr-only">{t('auth.account', { email: me.email })}</span>
        </button>
      }
    >
      <div className="px-2 py-1.5">
        <p className="truncate text-sm font-medium">{me.display_name || me.email}</p>
        <p className="truncate text-xs text-ink-3">{me.email}</p>
        {me.roles && me.roles.length > 0 && (
          <p className="mt-1 truncate font-mono text-2xs text-ink-3">{me.roles.join(', ')}</p>
        )}
      </div>
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/profile">
          <UserRound aria-hidden />
          {t('nav.profile')}
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden />
        {t('auth.signOut')}
      </MenuItem>
    </Menu>
  )
}
