import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Waypoints } from 'lucide-react'
import { useMemo } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { Page } from '@/components/page'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import {
  deleteProvider,
  modelsQuery,
  providersQuery,
  readProvider,
  updateProvider,
  type Provider,
} from '@/lib/api/catalog'
import { isEdit, matches, readDialog, tabOf, type ListPageProps } from '@/lib/list-search'
import { etagAsShown } from '@/lib/use-version'
import { ImportDialog } from './import-dialog'
import { ProviderDialog } from './provider-dialog'
import { providerColumns } from './providers-columns'

export function ProvidersPage({ search, onSearch }: ListPageProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const providers = useQuery(providersQuery)
  const refresh = () => client.invalidateQueries({ queryKey: providersQuery.queryKey })
  const dialog = readDialog(search.dialog)
  const chosen = providers.data?.items.find((provider) => provider.id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })

  const { mutate: toggle } = useMutation({
    mutationFn: async (provider: Provider) =>
      updateProvider(
        provider.id,
        { enabled: !provider.enabled },
        await etagAsShown(readProvider(provider.id), (now) => now.enabled === provider.enabled),
      ),
    onSettled: refresh,
    onSuccess: (provider) =>
      toast.success(
        t(provider.enabled ? 'providers.nowEnabled' : 'providers.nowDisabled', {
          name: provider.display_name,
        }),
      ),
    onError: (error) => {
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
    },
  })
  const columns = useMemo(
    () =>
      providerColumns(t, {
        importFrom: (provider) => onSearch({ dialog: `import:${provider.id}` }),
        edit: (provider) => onSearch({ dialog: `edit:${provider.id}` }),
        remove: (provider) => onSearch({ dialog: `delete:${provider.id}` }),
        toggle,
      }),
    [t, toggle, onSearch],
  )
  const rows = providers.data?.items.filter((each) =>
    matches(search.q, each.name, each.display_name, each.provider_type, each.base_url),
  )
  const add = (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <Plus aria-hidden />
      {t('providers.add')}
    </Button>
  )

  return (
    <Page title={t('nav.providers')} description={t('providers.lead')} actions={add}>
      <ListToolbar label={t('providers.search')} query={search.q} onQuery={(q) => onSearch({ q })} />
      {providers.isError ? (
        <ErrorState error={providers.error} onRetry={() => void providers.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.providers')}
          columns={columns}
          rows={rows}
          rowId={(provider) => provider.id}
          sort={search.sort}
          onSort={(sort) => onSearch({ sort })}
          onRowClick={(provider) => onSearch({ dialog: `edit:${provider.id}` })}
          empty={
            search.q ? (
              <EmptyState icon={Waypoints} title={t('common.noMatch')}>
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={Waypoints} title={t('providers.empty')} action={add}>
                {t('providers.emptyHint')}
              </EmptyState>
            )
          }
        />
      )}
      {(dialog?.verb === 'new' || (isEdit(dialog) && chosen)) && (
        <ProviderDialog
          key={chosen?.id ?? 'new'}
          provider={chosen}
          tab={tabOf(dialog)}
          onClose={close}
          onSaved={refresh}
        />
      )}
      {dialog?.verb === 'import' && chosen && (
        <ImportDialog
          provider={chosen}
          onClose={close}
          onImported={() =>
            Promise.all([
              client.invalidateQueries({ queryKey: modelsQuery.queryKey }),
              client.invalidateQueries({ queryKey: ['remote-models', chosen.id] }),
            ])
          }
        />
      )}
      {dialog?.verb === 'delete' && chosen && (
        <ConfirmDialog
          title={t('providers.deleteTitle')}
          name={chosen.name}
          action={t('common.delete')}
          onClose={close}
          read={() => readProvider(chosen.id)}
          onConfirm={async (etag) => {
            await deleteProvider(chosen.id, etag)
            await refresh()
            toast.success(t('providers.deleted', { name: chosen.display_name }))
          }}
        >
          {t('providers.deleteText', { name: chosen.display_name })}
        </ConfirmDialog>
      )}
    </Page>
  )
}
