import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, FileUp, Plus, UserCog } from 'lucide-react'
import { useMemo } from 'react'
import { ColumnMenu } from '@/components/column-menu'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { LoadMore } from '@/components/load-more'
import { Page } from '@/components/page'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { exportRoles, listRoles, permissionsQuery } from '@/lib/api/roles'
import { readDialog } from '@/lib/list-search'
import { saveFile } from '@/lib/save-file'
import { useHiddenColumns } from '@/lib/use-hidden-columns'
import { usePaged, useSettled } from '@/lib/use-paged'
import { CloneDialog } from './clone-dialog'
import type { RolesProps } from './data/search'
import { DeleteRoleDialog } from './delete-role-dialog'
import { ImportDialog } from './import-dialog'
import { RoleDrawer } from './role-drawer'
import { columnChoices, roleColumns } from './roles-columns'

const pageSize = 50

export function RolesPage({ search, onSearch }: RolesProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const access = useAccess()
  const { hidden, toggle } = useHiddenColumns('roles', '')
  const catalogue = useQuery(permissionsQuery)
  const question = useSettled(JSON.stringify({ q: search.q, sort: search.sort }))
  const roles = usePaged(['roles', 'list', question], (cursor, signal) =>
    listRoles({ ...JSON.parse(question), limit: pageSize, cursor }, signal),
  )
  const refresh = () => client.invalidateQueries({ queryKey: ['roles'] })
  const dialog = readDialog(search.dialog)
  const chosen = roles.rows?.find((role) => role.id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })
  const mayWrite = access.may('roles:write')
  const download = useMutation({
    mutationFn: exportRoles,
    onSuccess: (file) =>
      saveFile('thinkwatch-roles.json', `${JSON.stringify(file, null, 2)}\n`, 'application/json'),
    onError: (error) => toast.failure(t('error.failed'), describeError(error, t).title),
  })
  const columns = useMemo(
    () =>
      roleColumns(t, mayWrite, catalogue.data?.items ?? [], {
        open: (role) => onSearch({ id: role.id }),
        clone: (role) => onSearch({ dialog: `clone:${role.id}` }),
        history: (role) => onSearch({ id: role.id, tab: 'history' }),
        remove: (role) => onSearch({ dialog: `delete:${role.id}` }),
      }),
    [t, mayWrite, catalogue.data, onSearch],
  )
  const add = mayWrite && (
    <Button variant="primary" onClick={() => onSearch({ id: 'new', tab: undefined })}>
      <Plus aria-hidden />
      {t('roles.create')}
    </Button>
  )

  return (
    <Page
      title={t('nav.roles')}
      description={t('roles.lead')}
      actions={
        <>
          {access.may('roles:read') && (
            <Button busy={download.isPending} onClick={() => download.mutate()}>
              <Download aria-hidden />
              {t('roles.export')}
            </Button>
          )}
          {mayWrite && (
            <Button onClick={() => onSearch({ dialog: 'import' })}>
              <FileUp aria-hidden />
              {t('roles.import')}
            </Button>
          )}
          {add}
        </>
      }
    >
      <ListToolbar label={t('roles.search')} query={search.q} onQuery={(q) => onSearch({ q })}>
        <ColumnMenu choices={columnChoices} hidden={hidden} onToggle={toggle} />
      </ListToolbar>
      {roles.isError && !roles.rows ? (
        <ErrorState error={roles.error} onRetry={() => void roles.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.roles')}
          columns={columns}
          rows={roles.rows}
          rowId={(role) => role.id}
          hidden={hidden}
          serverSort
          sort={search.sort ?? 'name'}
          onSort={(sort) => onSearch({ sort: sort === 'name' ? undefined : sort })}
          activeId={search.id}
          onRowClick={(role) => onSearch({ id: role.id })}
          empty={
            <EmptyState
              icon={UserCog}
              title={t('common.noMatch')}
              action={
                search.q && (
                  <Button onClick={() => onSearch({ q: undefined })}>{t('common.clearFilters')}</Button>
                )
              }
            >
              {t('common.noMatchHint')}
            </EmptyState>
          }
          footer={<LoadMore list={roles} />}
        />
      )}
      {search.id && (
        <RoleDrawer
          key={search.id}
          id={search.id}
          search={search}
          onSearch={onSearch}
          onClose={() => onSearch({ id: undefined, tab: undefined, view: undefined })}
          onChanged={refresh}
        />
      )}
      {dialog?.verb === 'clone' && chosen && (
        <CloneDialog
          role={chosen}
          onClose={close}
          onCloned={async (made) => {
            await refresh()
            onSearch({ dialog: undefined, id: made.id })
          }}
        />
      )}
      {dialog?.verb === 'delete' && chosen && (
        <DeleteRoleDialog role={chosen} onClose={close} onDeleted={refresh} />
      )}
      {dialog?.verb === 'import' && <ImportDialog onClose={close} onImported={refresh} />}
    </Page>
  )
}
