import { Link } from '@tanstack/react-router'
import { Globe, Users, UsersRound } from 'lucide-react'
import { Avatar } from '@/components/avatar'
import { LoadMore } from '@/components/load-more'
import { EmptyState, ErrorState } from '@/components/states'
import { Time } from '@/components/text'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { listRoleMembers, type Role } from '@/lib/api/roles'
import { usePaged } from '@/lib/use-paged'

/** Who holds a role, and where; each name leads to where it can be taken away. */
export function MembersTab({ role }: { role: Role }) {
  const { t } = useI18n()
  const members = usePaged(['roles', 'members', role.id], (cursor, signal) =>
    listRoleMembers(role.id, { limit: 50, cursor }, signal),
  )
  if (members.isError) return <ErrorState error={members.error} onRetry={() => void members.refetch()} />
  if (!members.rows) return <Skeleton className="h-40" />
  if (members.rows.length === 0)
    return (
      <EmptyState icon={Users} title={t('roles.noMembers')}>
        {t('roles.noMembersHint')}
      </EmptyState>
    )
  return (
    <div className="rounded-lg border border-line">
      <ul className="divide-y divide-line">
        {members.rows.map((member) => (
          <li key={member.assignment_id} className="flex items-center gap-3 px-3 py-2">
            <Avatar name={member.display_name} service={member.kind === 'service_account'} />
            <div className="min-w-0 flex-1">
              <Link
                to="/admin/users"
                search={{ id: member.user_id, tab: 'roles' }}
                className="rounded text-sm font-medium hover:underline"
              >
                {member.display_name}
              </Link>
              <p className="truncate text-xs text-ink-3">{member.email}</p>
            </div>
            <p className="flex items-center gap-1.5 text-xs text-ink-2">
              {member.team_id ? (
                <UsersRound className="size-3.5" aria-hidden />
              ) : (
                <Globe className="size-3.5" aria-hidden />
              )}
              {member.team_name ?? t('users.everywhere')}
            </p>
            <Time value={member.assigned_at} className="hidden text-xs text-ink-3 sm:block" />
          </li>
        ))}
      </ul>
      <LoadMore list={members} />
    </div>
  )
}
