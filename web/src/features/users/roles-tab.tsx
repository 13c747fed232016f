import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Globe, Plus, Trash2, UserCog, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { EditError } from '@/components/edit-conflict'
import { describeError, EmptyState, ErrorState, FormError } from '@/components/states'
import { Time } from '@/components/text'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast'
import { UndoNote } from '@/components/undo-note'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import {
  assignRole,
  teamsQuery,
  unassignRole,
  userRolesQuery,
  type Assignment,
  type User,
} from '@/lib/api/people'
import { rolesQuery } from '@/lib/api/roles'
import { isStale } from '@/lib/use-edit'
import { useVersion } from '@/lib/use-version'

interface RolesTabProps {
  user: User
  mayChange: boolean
  onChanged: () => Promise<unknown>
}

/** Which roles somebody holds, everywhere or in one team; taking one away can be undone. */
export function RolesTab({ user, mayChange, onChanged }: RolesTabProps) {
  const { t } = useI18n()
  const toast = useToast()
  const access = useAccess()
  const client = useQueryClient()
  const question = userRolesQuery(user.id)
  const held = useQuery(question)
  const version = useVersion({ shown: () => client.getQueryData(question.queryKey)?.etag })
  // One after another: the next stands on what the one before left behind.
  const scope = { id: `roles of ${user.id}` }
  const [gone, setGone] = useState<Assignment>()
  const give = useMutation({
    scope,
    mutationFn: async (role: { id: string; team: string | null }) =>
      assignRole(user.id, role.id, role.team, await version.etag()),
    onSuccess: async () => {
      setGone(undefined)
      version.done()
      await onChanged()
    },
  })
  const take = useMutation({
    scope,
    mutationFn: async (assignment: Assignment) => unassignRole(user.id, assignment.id, await version.etag()),
    onSuccess: async (_, taken) => {
      setGone(taken)
      version.done()
      await onChanged()
    },
    onError: (error) => {
      if (isStale(error)) return
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
    },
  })
  if (held.isError) return <ErrorState error={held.error} onRetry={() => void held.refetch()} />
  if (!held.data) return <Skeleton className="h-32" />
  const mayIn = (team: string | null) =>
    team ? access.mayIn('users:update', team) : access.may('users:update')

  return (
    <div className="grid gap-5">
      {held.data.items.length === 0 ? (
        <EmptyState icon={UserCog} title={t('users.noRoles')} className="rounded-lg border border-line py-8">
          {t('users.noRolesHint')}
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {held.data.items.map((assignment) => (
            <li key={assignment.id} className="flex items-center gap-3 px-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="text-sm font-medium">{assignment.role_display_name}</p>
                <p className="flex flex-wrap items-center gap-x-1.5 text-xs text-ink-3">
                  {assignment.team_id ? (
                    <UsersRound className="size-3.5" aria-hidden />
                  ) : (
                    <Globe className="size-3.5" aria-hidden />
                  )}
                  {assignment.team_name ?? t('users.everywhere')}
                  <span>
                    · <Time value={assignment.created_at} />
                  </span>
                </p>
              </div>
              {mayChange && mayIn(assignment.team_id) && (
                <Button
                  variant="ghost"
                  size="icon"
                  disabled={take.isPending}
                  onClick={() => take.mutate(assignment)}
                  aria-label={t('users.takeRole', {
                    role: assignment.role_display_name,
                    place: assignment.team_name ?? t('users.everywhere'),
                  })}
                >
                  <Trash2 aria-hidden />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <EditError
        edit={version.edit}
        error={[give.error, take.error].find(isStale)}
        onLoaded={() => {
          give.reset()
          take.reset()
        }}
      />
      {gone && (
        <UndoNote
          text={t('users.roleTaken', { role: gone.role_display_name })}
          busy={give.isPending}
          onUndo={() => give.mutate({ id: gone.role_id, team: gone.team_id })}
        />
      )}
      {mayChange && (
        <GiveRole
          error={isStale(give.error) ? null : give.error}
          busy={give.isPending}
          onGive={(id, team) => give.mutateAsync({ id, team })}
        />
      )}
    </div>
  )
}

function GiveRole(props: {
  error: unknown
  busy: boolean
  onGive: (role: string, team: string | null) => Promise<unknown>
}) {
  const { t } = useI18n()
  const access = useAccess()
  const roles = useQuery({ ...rolesQuery, enabled: access.maySomewhere('roles:read') })
  const teams = useQuery({ ...teamsQuery, enabled: access.maySomewhere('teams:read', 'teams:read_own') })
  const choosable = teams.data?.items.filter((team) => access.mayIn('users:update', team.id)) ?? []
  const [role, setRole] = useState('')
  const [place, setPlace] = useState('')
  const everywhere = access.may('users:update')
  const team = place || (everywhere ? null : (choosable[0]?.id ?? null))
  return (
    <form
      className="grid gap-3 rounded-lg border border-line bg-sunken/50 p-3 sm:grid-cols-[1fr_1fr_auto] sm:items-end"
      onSubmit={(event) => {
        event.preventDefault()
        if (role)
          void props.onGive(role, team).then(
            () => setRole(''),
            () => undefined,
          )
      }}
    >
      <Field label={t('users.role')}>
        {(control) => (
          <Select {...control} value={role} onChange={(event) => setRole(event.target.value)}>
            <option value="">{t('users.chooseRole')}</option>
            {roles.data?.items.map((each) => (
              <option key={each.id} value={each.id}>
                {each.display_name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('users.where')}>
        {(control) => (
          <Select {...control} value={team ?? ''} onChange={(event) => setPlace(event.target.value)}>
            {everywhere && <option value="">{t('users.everywhere')}</option>}
            {choosable.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button type="submit" variant="primary" disabled={!role} busy={props.busy}>
        <Plus aria-hidden />
        {t('users.giveRole')}
      </Button>
      <div className="empty:hidden sm:col-span-3">
        <FormError error={props.error} />
      </div>
    </form>
  )
}
