import { Link } from '@tanstack/react-router'
import { UserCog } from 'lucide-react'
import { LoadMore } from '@/components/load-more'
import { EmptyState, ErrorState } from '@/components/states'
import { Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { listTeamRoles, type Team } from '@/lib/api/people'
import { usePaged } from '@/lib/use-paged'

/** Who holds which role in this team only; each name leads to where roles are given and taken. */
export function TeamRoles({ team }: { team: Team }) {
  const { t } = useI18n()
  const roles = usePaged(['teams', 'roles', team.id], (cursor, signal) =>
    listTeamRoles(team.id, { limit: 100, cursor }, signal),
  )
  if (roles.isError) return <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />
  if (!roles.rows) return <Skeleton className="h-40" />
  if (roles.rows.length === 0)
    return (
      <EmptyState icon={UserCog} title={t('teams.noRoles')}>
        {t('teams.noRolesHint')}
      </EmptyState>
    )
  return (
    <div className="rounded-lg border border-line">
      <ul className="divide-y divide-line" aria-label={t('nav.roles')}>
        {roles.rows.map((role) => (
          <li key={role.assignment_id} className="flex items-center gap-3 px-3 py-2">
            <div className="min-w-0 flex-1">
              <Link
                to="/admin/users"
                search={{ id: role.user_id, tab: 'roles' }}
                className="rounded text-sm font-medium hover:underline"
              >
                {role.display_name}
              </Link>
              <p className="truncate text-xs text-ink-3">{role.email}</p>
            </div>
            <Badge>{role.role_display_name}</Badge>
            <Time value={role.assigned_at} className="hidden text-xs text-ink-3 sm:block" />
          </li>
        ))}
      </ul>
      <LoadMore list={roles} />
    </div>
  )
}
