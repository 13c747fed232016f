import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Boxes, Plus } from 'lucide-react'
import { useMemo } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { Page } from '@/components/page'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { deleteModel, modelActivityQuery, modelsQuery, readModel, updateModel } from '@/lib/api/catalog'
import { useModels, type KnownModel } from '@/lib/api/use-models'
import { isEdit, matches, readDialog, tabOf, type ListPageProps } from '@/lib/list-search'
import { activityOf } from './data/activity'
import { ImportMenu } from './import-menu'
import { ModelDialog } from './model-dialog'
import { ModelDrawer } from './model-drawer'
import { modelColumns } from './models-columns'

export function ModelsPage({ search, onSearch }: ListPageProps) {
  const { t, f } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const models = useModels()
  const hour = useQuery({ ...modelActivityQuery, select: activityOf })
  const activity = hour.data ?? (hour.isError ? null : undefined)
  const refresh = () => client.invalidateQueries({ queryKey: modelsQuery.queryKey })
  const dialog = readDialog(search.dialog)
  const chosen = models.data?.find((model) => model.id === dialog?.id || model.model_id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })

  const { mutate: toggle } = useMutation({
    mutationFn: (model: KnownModel) => updateModel(model.id, { enabled: !model.enabled }, model.etag),
    onSettled: refresh,
    onSuccess: (model) =>
      toast.success(t(model.enabled ? 'models.nowEnabled' : 'models.nowDisabled', { name: model.model_id })),
    onError: (error) => {
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
    },
  })
  const columns = useMemo(
    () =>
      modelColumns(t, f, activity, {
        open: (model) => onSearch({ dialog: `routes:${model.id}` }),
        edit: (model) => onSearch({ dialog: `edit:${model.id}` }),
        remove: (model) => onSearch({ dialog: `delete:${model.id}` }),
        toggle,
      }),
    [t, f, activity, toggle, onSearch],
  )
  const rows = models.data?.filter((model) =>
    matches(
      search.q,
      model.model_id,
      model.display_name,
      ...model.routes.flatMap((route) => [route.upstream_model, route.providerLabel]),
    ),
  )
  const add = (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <Plus aria-hidden />
      {t('models.add')}
    </Button>
  )

  return (
    <Page
      title={t('nav.models')}
      description={t('models.lead')}
      actions={
        <>
          <ImportMenu />
          {add}
        </>
      }
    >
      <ListToolbar label={t('models.search')} query={search.q} onQuery={(q) => onSearch({ q })} />
      {models.isError ? (
        <ErrorState error={models.error} onRetry={() => void models.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.models')}
          columns={columns}
          rows={rows}
          rowId={(model) => model.id}
          sort={search.sort}
          onSort={(sort) => onSearch({ sort })}
          activeId={dialog?.id}
          onRowClick={(model) => onSearch({ dialog: `routes:${model.id}` })}
          empty={
            search.q ? (
              <EmptyState icon={Boxes} title={t('common.noMatch')}>
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={Boxes} title={t('models.empty')} action={add}>
                {t('models.emptyHint')}
              </EmptyState>
            )
          }
        />
      )}
      {(dialog?.verb === 'new' || (isEdit(dialog) && chosen)) && (
        <ModelDialog
          key={chosen?.id ?? 'new'}
          model={chosen}
          tab={tabOf(dialog)}
          onClose={close}
          onSaved={refresh}
        />
      )}
      {dialog?.verb === 'routes' && chosen && (
        <ModelDrawer
          model={chosen}
          onClose={close}
          onEdit={() => onSearch({ dialog: `edit:${chosen.id}` })}
          onChanged={refresh}
        />
      )}
      {dialog?.verb === 'delete' && chosen && (
        <ConfirmDialog
          title={t('models.deleteTitle')}
          name={chosen.model_id}
          action={t('common.delete')}
          onClose={close}
          read={() => readModel(chosen.id)}
          onConfirm={async (etag) => {
            await deleteModel(chosen.id, etag)
            await refresh()
            toast.success(t('models.deleted', { name: chosen.model_id }))
          }}
        >
          {t('models.deleteText')}
        </ConfirmDialog>
      )}
    </Page>
  )
}
