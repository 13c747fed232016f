import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { keysQuery, revokeKey, rotateKey, type ApiKeySecret } from '@/lib/api/keys'
import { isEdit, matches, readDialog, tabOf, type ListPageProps } from '@/lib/list-search'
import { KeyDialog } from './key-dialog'
import { KeySecretDialog } from './key-secret-dialog'
import { stateOf } from './data/schema'
import { keyColumns } from './keys-columns'

export function KeysPage({ search, onSearch }: ListPageProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const keys = useQuery(keysQuery)
  // The secret is in memory only: never in the URL, never in the query cache.
  const [issued, setIssued] = useState<ApiKeySecret>()
  const refresh = () => client.invalidateQueries({ queryKey: keysQuery.queryKey })
  const dialog = readDialog(search.dialog)
  const chosen = keys.data?.items.find((key) => key.id === dialog?.id || key.lineage_id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })

  const columns = useMemo(
    () =>
      keyColumns(t, {
        edit: (key) => onSearch({ dialog: `edit:${key.id}` }),
        rotate: (key) => onSearch({ dialog: `rotate:${key.id}` }),
        revoke: (key) => onSearch({ dialog: `revoke:${key.id}` }),
      }),
    [t, onSearch],
  )
  const rows = keys.data?.items.filter(
    (key) =>
      (search.show === 'all' || (stateOf(key) !== 'revoked' && !key.ephemeral)) &&
      matches(
        search.q,
        key.name,
        key.key_prefix,
        key.user_email,
        key.cost_center,
        key.allowed_models?.join(' '),
      ),
  )
  const add = (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <Plus aria-hidden />
      {t('keys.create')}
    </Button>
  )

  return (
    <Page title={t('nav.keys')} description={t('keys.lead')} actions={add}>
      <ListToolbar label={t('keys.search')} query={search.q} onQuery={(q) => onSearch({ q })}>
        <Segmented
          label={t('keys.show')}
          value={search.show ?? 'live'}
          onChange={(show) => onSearch({ show: show === 'all' ? 'all' : undefined })}
          options={[
            { value: 'live', label: t('keys.show.live') },
            { value: 'all', label: t('keys.show.all') },
          ]}
        />
      </ListToolbar>
      {keys.isError ? (
        <ErrorState error={keys.error} onRetry={() => void keys.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.keys')}
          columns={columns}
          rows={rows}
          rowId={(key) => key.id}
          sort={search.sort}
          onSort={(sort) => onSearch({ sort })}
          onRowClick={(key) => onSearch({ dialog: `edit:${key.id}` })}
          empty={
            search.q ? (
              <EmptyState icon={KeyRound} title={t('common.noMatch')}>
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={KeyRound} title={t('keys.empty')} action={add}>
                {t('keys.emptyHint')}
              </EmptyState>
            )
          }
        />
      )}
      {(dialog?.verb === 'new' || (isEdit(dialog) && chosen)) && !issued && (
        <KeyDialog
          key={chosen?.id ?? 'new'}
          apiKey={chosen}
          tab={tabOf(dialog)}
          onClose={close}
          onSaved={refresh}
          onIssued={(secret) => {
            setIssued(secret)
            close()
          }}
        />
      )}
      {dialog?.verb === 'rotate' && chosen && (
        <ConfirmDialog
          title={t('keys.rotateTitle')}
          name={chosen.name}
          action={t('keys.rotate')}
          onClose={close}
          onConfirm={async () => {
            setIssued(await rotateKey(chosen.id))
            await refresh()
          }}
        >
          {t('keys.rotateText')}
        </ConfirmDialog>
      )}
      {dialog?.verb === 'revoke' && chosen && (
        <ConfirmDialog
          title={t('keys.revokeTitle')}
          name={chosen.name}
          action={t('keys.revoke')}
          onClose={close}
          onConfirm={async () => {
            await revokeKey(chosen.id)
            await refresh()
            toast.success(t('keys.revoked', { name: chosen.name }))
          }}
        >
          {t('keys.revokeText')}
        </ConfirmDialog>
      )}
      {issued && <KeySecretDialog issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  )
}
