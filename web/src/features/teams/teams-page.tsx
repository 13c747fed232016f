import { useQueryClient } from '@tanstack/react-query'
import { Plus, UsersRound } from 'lucide-react'
import { useMemo } from 'react'
import { ColumnMenu } from '@/components/column-menu'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { LoadMore } from '@/components/load-more'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { deleteTeam, listTeams, readTeam } from '@/lib/api/people'
import { readDialog } from '@/lib/list-search'
import { useHiddenColumns } from '@/lib/use-hidden-columns'
import { usePaged, useSettled } from '@/lib/use-paged'
import type { TeamsProps } from './data/search'
import { TeamDrawer } from './team-drawer'
import { TeamForm } from './team-form'
import { columnChoices, teamColumns } from './teams-columns'

const pageSize = 50

export function TeamsPage({ search, onSearch }: TeamsProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const access = useAccess()
  const { hidden, toggle } = useHiddenColumns('teams', '')
  const question = useSettled(JSON.stringify({ q: search.q, sort: search.sort }))
  const teams = usePaged(['teams', 'list', question], (cursor, signal) =>
    listTeams({ ...JSON.parse(question), limit: pageSize, cursor }, signal),
  )
  // Members show their teams, and roles in them end with a team.
  const refresh = () =>
    Promise.all(['teams', 'users', 'roles'].map((each) => client.invalidateQueries({ queryKey: [each] })))
  const dialog = readDialog(search.dialog)
  const chosen = teams.rows?.find((team) => team.id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })
  const columns = useMemo(
    () =>
      teamColumns(t, access, {
        open: (team) => onSearch({ id: team.id }),
        members: (team) => onSearch({ id: team.id, tab: 'members' }),
        remove: (team) => onSearch({ dialog: `delete:${team.id}` }),
      }),
    // The access object is new with every render; what it is made of is not.
    [t, access.me, onSearch],
  )
  const add = access.may('teams:write') && (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <Plus aria-hidden />
      {t('teams.create')}
    </Button>
  )

  return (
    <Page title={t('nav.teams')} description={t('teams.lead')} actions={add}>
      <ListToolbar label={t('teams.search')} query={search.q} onQuery={(q) => onSearch({ q })}>
        <ColumnMenu choices={columnChoices} hidden={hidden} onToggle={toggle} />
      </ListToolbar>
      {teams.isError && !teams.rows ? (
        <ErrorState error={teams.error} onRetry={() => void teams.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.teams')}
          columns={columns}
          rows={teams.rows}
          rowId={(team) => team.id}
          hidden={hidden}
          serverSort
          sort={search.sort ?? 'name'}
          onSort={(sort) => onSearch({ sort: sort === 'name' ? undefined : sort })}
          activeId={search.id}
          onRowClick={(team) => onSearch({ id: team.id })}
          empty={
            search.q ? (
              <EmptyState
                icon={UsersRound}
                title={t('common.noMatch')}
                action={
                  <Button onClick={() => onSearch({ q: undefined })}>{t('common.clearFilters')}</Button>
                }
              >
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={UsersRound} title={t('teams.empty')} action={add}>
                {t('teams.emptyHint')}
              </EmptyState>
            )
          }
          footer={<LoadMore list={teams} />}
        />
      )}
      {search.id && (
        <TeamDrawer
          key={search.id}
          id={search.id}
          search={search}
          onSearch={onSearch}
          onClose={() => onSearch({ id: undefined, tab: undefined })}
          onChanged={refresh}
        />
      )}
      {dialog?.verb === 'new' && (
        <Dialog
          open
          onOpenChange={(open) => !open && close()}
          title={t('teams.create')}
          description={t('teams.createHint')}
          size="sm"
        >
          <TeamForm
            onSaved={async (team) => {
              await refresh()
              onSearch({ dialog: undefined, id: team.id, tab: 'members' })
            }}
          />
        </Dialog>
      )}
      {dialog?.verb === 'delete' && chosen && (
        <ConfirmDialog
          title={t('teams.deleteTitle', { name: chosen.name })}
          name={chosen.name}
          action={t('common.delete')}
          onClose={close}
          read={() => readTeam(chosen.id)}
          onConfirm={async (etag) => {
            await deleteTeam(chosen.id, etag)
            await refresh()
            toast.success(t('teams.deleted'), chosen.name)
          }}
        >
          {t('teams.deleteText', { n: chosen.member_count })}
        </ConfirmDialog>
      )}
    </Page>
  )
}
