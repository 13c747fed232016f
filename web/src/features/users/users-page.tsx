import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { UserPlus, Users } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ColumnMenu } from '@/components/column-menu'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { LoadMore } from '@/components/load-more'
import { Page } from '@/components/page'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { Select } from '@/components/ui/select'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import {
  deleteUser,
  listUsers,
  readUser,
  logoutUser,
  removeUserTotp,
  restoreUser,
  teamsQuery,
  updateUser,
  type OneTimeLink,
  type User,
} from '@/lib/api/people'
import { readDialog } from '@/lib/list-search'
import { useHiddenColumns } from '@/lib/use-hidden-columns'
import { etagAsShown } from '@/lib/use-version'
import { usePaged, useSettled } from '@/lib/use-paged'
import { closedDrawer, kinds, signIns, statuses, type UsersProps, type UsersSearch } from './data/search'
import { InviteDialog } from './invite-dialog'
import { LinkDialog } from './link-dialog'
import { ResetDialog } from './reset-dialog'
import { UserDrawer } from './user-drawer'
import { columnChoices, userColumns } from './users-columns'

const pageSize = 50

export function UsersPage({ search, onSearch }: UsersProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const access = useAccess()
  const { hidden, toggle } = useHiddenColumns('users', 'created_at')
  // Secrets are in memory only: never in the URL, never in the query cache.
  const [link, setLink] = useState<{ link: OneTimeLink; name: string }>()
  const teams = useQuery({ ...teamsQuery, enabled: access.maySomewhere('teams:read', 'teams:read_own') })
  const teamNames = useMemo(
    () => new Map(teams.data?.items.map((team) => [team.id, team.name])),
    [teams.data],
  )

  const question = useSettled(
    JSON.stringify({
      q: search.q,
      sort: search.sort,
      status: search.status,
      kind: search.kind,
      team_id: search.team,
      sso: search.signin && search.signin === 'sso',
    }),
  )
  const users = usePaged(['users', 'list', question], (cursor, signal) =>
    listUsers({ ...JSON.parse(question), limit: pageSize, cursor }, signal),
  )
  const refresh = () => client.invalidateQueries({ queryKey: ['users'] })
  const dialog = readDialog(search.dialog)
  const chosen = users.rows?.find((user) => user.id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })

  const act = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; said: string; name: string; undo?: () => void }) =>
      run(),
    onSuccess: async (_, { said, name, undo }) => {
      await refresh()
      toast.success(said, name, undo)
    },
    onError: (error) => {
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
      void refresh()
    },
  })
  const { mutate } = act
  const columns = useMemo(() => {
    const setEnabled = (user: User, enabled: boolean) =>
      mutate({
        run: async () =>
          updateUser(
            user.id,
            { status: enabled ? 'active' : 'disabled' },
            await etagAsShown(readUser(user.id), (now) => (now.status === 'active') !== enabled),
          ),
        said: t(enabled ? 'users.enabled' : 'users.disabled'),
        name: user.display_name,
        undo: enabled ? undefined : () => setEnabled(user, true),
      })
    return userColumns(t, access, teamNames, {
      open: (user) => onSearch({ id: user.id }),
      setEnabled,
      reset: (user) => onSearch({ dialog: `reset:${user.id}` }),
      removeTotp: (user) => onSearch({ dialog: `totp:${user.id}` }),
      remove: (user) => onSearch({ dialog: `delete:${user.id}` }),
      logout: (user) =>
        mutate({
          run: () => logoutUser(user.id),
          said: t('users.loggedOut'),
          name: user.display_name,
        }),
      restore: (user) =>
        mutate({
          run: () => restoreUser(user.id),
          said: t('users.restored'),
          name: user.display_name,
        }),
    })
    // The access object is new with every render; what it is made of is not.
  }, [t, access.me, teamNames, onSearch, mutate])

  const filtered = Boolean(search.q || search.status || search.kind || search.team || search.signin)
  const invite = access.maySomewhere('users:create') && (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <UserPlus aria-hidden />
      {t('users.invite')}
    </Button>
  )

  return (
    <Page
      title={t('nav.users')}
      description={t('users.lead')}
      actions={
        <>
          <ColumnMenu choices={columnChoices} hidden={hidden} onToggle={toggle} />
          {invite}
        </>
      }
    >
      <ListToolbar label={t('users.search')} query={search.q} onQuery={(q) => onSearch({ q })}>
        <Segmented
          label={t('common.status')}
          value={search.status ?? 'all'}
          onChange={(status) => onSearch({ status: status === 'all' ? undefined : status })}
          options={(['all', ...statuses] as const).map((status) => ({
            value: status,
            label: t(`users.show.${status}`),
          }))}
        />
        <Select
          aria-label={t('users.kind')}
          className="w-40"
          value={search.kind ?? ''}
          onChange={(event) => onSearch({ kind: (event.target.value || undefined) as UsersSearch['kind'] })}
        >
          <option value="">{t('users.anyKind')}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`users.kind.${kind}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('users.signIn')}
          className="w-44"
          value={search.signin ?? ''}
          onChange={(event) =>
            onSearch({ signin: (event.target.value || undefined) as UsersSearch['signin'] })
          }
        >
          <option value="">{t('users.anySignIn')}</option>
          {signIns.map((signIn) => (
            <option key={signIn} value={signIn}>
              {t(`users.signIn.${signIn}`)}
            </option>
          ))}
        </Select>
        {teamNames.size > 0 && (
          <Select
            aria-label={t('users.team')}
            className="w-44"
            value={search.team ?? ''}
            onChange={(event) => onSearch({ team: event.target.value || undefined })}
          >
            <option value="">{t('users.anyTeam')}</option>
            {[...teamNames].map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </ListToolbar>
      {users.isError && !users.rows ? (
        <ErrorState error={users.error} onRetry={() => void users.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.users')}
          columns={columns}
          rows={users.rows}
          rowId={(user) => user.id}
          hidden={hidden}
          serverSort
          sort={search.sort ?? '-created_at'}
          onSort={(sort) => onSearch({ sort: sort === '-created_at' ? undefined : sort })}
          activeId={search.id}
          onRowClick={(user) => user.status !== 'deleted' && onSearch({ id: user.id })}
          empty={
            filtered ? (
              <EmptyState
                icon={Users}
                title={t('common.noMatch')}
                action={
                  <Button
                    onClick={() =>
                      onSearch({
                        q: undefined,
                        status: undefined,
                        kind: undefined,
                        team: undefined,
                        signin: undefined,
                      })
                    }
                  >
                    {t('common.clearFilters')}
                  </Button>
                }
              >
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={Users} title={t('users.empty')} action={invite}>
                {t('users.emptyHint')}
              </EmptyState>
            )
          }
          footer={<LoadMore list={users} />}
        />
      )}
      {search.id && (
        <UserDrawer
          key={search.id}
          id={search.id}
          search={search}
          onSearch={onSearch}
          onClose={() => onSearch(closedDrawer)}
          onChanged={refresh}
        />
      )}
      {dialog?.verb === 'new' && !link && (
        <InviteDialog
          onClose={close}
          onCreated={async (created, name) => {
            await refresh()
            close()
            if (created) setLink({ link: created, name })
            else toast.success(t('users.created'), name)
          }}
        />
      )}
      {dialog?.verb === 'reset' && chosen && <ResetDialog user={chosen} onClose={close} onDone={refresh} />}
      {dialog?.verb === 'totp' && chosen && (
        <ConfirmDialog
          title={t('users.removeTotpTitle', { name: chosen.display_name })}
          name={chosen.email}
          action={t('users.removeTotp')}
          onClose={close}
          onConfirm={async () => {
            await removeUserTotp(chosen.id)
            await refresh()
            toast.success(t('users.totpRemoved'), chosen.display_name)
          }}
        >
          {t('users.removeTotpText')}
        </ConfirmDialog>
      )}
      {dialog?.verb === 'delete' && chosen && (
        <ConfirmDialog
          title={t('users.deleteTitle', { name: chosen.display_name })}
          name={chosen.email}
          action={t('common.delete')}
          onClose={close}
          read={() => readUser(chosen.id)}
          onConfirm={async (etag) => {
            await deleteUser(chosen.id, etag)
            await refresh()
            toast.success(t('users.deleted'), chosen.display_name)
          }}
        >
          {t('users.deleteText')}
        </ConfirmDialog>
      )}
      {link && <LinkDialog link={link.link} name={link.name} onClose={() => setLink(undefined)} />}
    </Page>
  )
}
