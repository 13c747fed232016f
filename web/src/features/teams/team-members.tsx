import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { UserMinus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { Avatar } from '@/components/avatar'
import { EditError } from '@/components/edit-conflict'
import { LoadMore } from '@/components/load-more'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast'
import { Switch } from '@/components/ui/toggles'
import { UndoNote } from '@/components/undo-note'
import { UserPicker } from '@/components/user-picker'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { listMembers, putMember, removeMember, type Team, type TeamMember } from '@/lib/api/people'
import { isStale } from '@/lib/use-edit'
import { usePaged } from '@/lib/use-paged'
import { useVersion } from '@/lib/use-version'

interface TeamMembersProps {
  team: Team
  mayChange: boolean
  onChanged: () => Promise<unknown>
}

/** Who is in a team, and who manages it. Taking somebody out can be undone, but for the roles they had there. */
export function TeamMembers({ team, mayChange, onChanged }: TeamMembersProps) {
  const { t } = useI18n()
  const toast = useToast()
  const access = useAccess()
  const members = usePaged(['teams', 'members', team.id], (cursor, signal) =>
    listMembers(team.id, { limit: 100, cursor }, signal),
  )
  const [gone, setGone] = useState<TeamMember>()
  const version = useVersion({ shown: members.etag })
  // One after another: the next stands on what the one before left behind.
  const scope = { id: `members of ${team.id}` }
  const failed = (error: unknown) => {
    if (isStale(error)) return
    const { title, detail } = describeError(error, t)
    toast.failure(title, detail)
  }
  const put = useMutation({
    scope,
    mutationFn: async ({ id, manager }: { id: string; manager: boolean }) =>
      putMember(team.id, id, manager, await version.etag()),
    onSuccess: async () => {
      setGone(undefined)
      version.done()
      await onChanged()
    },
    onError: failed,
  })
  const remove = useMutation({
    scope,
    mutationFn: async (member: TeamMember) => removeMember(team.id, member.user_id, await version.etag()),
    onSuccess: async (_, taken) => {
      setGone(taken)
      version.done()
      await onChanged()
    },
    onError: failed,
  })
  if (members.isError) return <ErrorState error={members.error} onRetry={() => void members.refetch()} />
  if (!members.rows) return <Skeleton className="h-40" />
  return (
    <div className="grid gap-4">
      {mayChange && access.maySomewhere('users:read') && (
        <UserPicker
          label={t('teams.addMember')}
          without={members.rows.map((member) => member.user_id)}
          onPick={(user) => put.mutate({ id: user.id, manager: false })}
        />
      )}
      <EditError
        edit={version.edit}
        error={[put.error, remove.error].find(isStale)}
        onLoaded={() => {
          put.reset()
          remove.reset()
        }}
      />
      {gone && (
        <UndoNote
          text={t('teams.removed', { name: gone.display_name })}
          busy={put.isPending}
          onUndo={() => put.mutate({ id: gone.user_id, manager: gone.manager })}
        />
      )}
      {members.rows.length === 0 ? (
        <EmptyState icon={UsersRound} title={t('teams.noMembers')}>
          {t('teams.noMembersHint')}
        </EmptyState>
      ) : (
        <div className="rounded-lg border border-line">
          <ul className="divide-y divide-line" aria-label={t('teams.members')}>
            {members.rows.map((member) => (
              <li key={member.user_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
                <Avatar name={member.display_name} service={member.kind === 'service_account'} />
                <div className="min-w-0 flex-1 basis-40">
                  <Link
                    to="/admin/users"
                    search={{ id: member.user_id }}
                    className="rounded text-sm font-medium hover:underline"
                  >
                    {member.display_name}
                  </Link>
                  <p className="truncate text-xs text-ink-3">{member.email}</p>
                </div>
                <label className="flex items-center gap-2 text-xs text-ink-2">
                  <Switch
                    checked={member.manager}
                    disabled={!mayChange || put.isPending}
                    onCheckedChange={(manager) => put.mutate({ id: member.user_id, manager })}
                    aria-label={t('teams.managerOf', { name: member.display_name })}
                  />
                  {t('teams.manager')}
                </label>
                {mayChange && (
                  <Button
                    variant="ghost"
                    size="icon"
                    disabled={remove.isPending}
                    onClick={() => remove.mutate(member)}
                    aria-label={t('teams.remove', { name: member.display_name })}
                  >
                    <UserMinus aria-hidden />
                  </Button>
                )}
              </li>
            ))}
          </ul>
          <LoadMore list={members} />
        </div>
      )}
    </div>
  )
}
