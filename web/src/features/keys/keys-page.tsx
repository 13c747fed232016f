import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { keysQuery, type ApiKeySecret } from '@/lib/api/keys'
import { meQuery } from '@/lib/api/session'
import { isEdit, matches, readDialog, tabOf, type ListSearch } from '@/lib/list-search'
import { KeyDialog } from './key-dialog'
import { RevokeDialog, RotateDialog } from './key-endings'
import { KeySecretDialog } from './key-secret-dialog'
import { isOver } from './data/schema'
import { keyColumns } from './keys-columns'

export interface KeysSearch extends ListSearch {
  /** One's own only. */
  mine?: 'mine'
}

interface KeysPageProps {
  search: KeysSearch
  onSearch: (change: Partial<KeysSearch>) => void
}

export function KeysPage({ search, onSearch }: KeysPageProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const toast = useToast()
  const keys = useQuery(keysQuery)
  const me = useQuery(meQuery)
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
        limits: (key) => onSearch({ dialog: `limits:${key.id}` }),
        rotate: (key) => onSearch({ dialog: `rotate:${key.id}` }),
        revoke: (key) => onSearch({ dialog: `revoke:${key.id}` }),
      }),
    [t, onSearch],
  )
  const rows = keys.data?.items.filter(
    (key) =>
      (search.show === 'all' || !isOver(key)) &&
      (!search.mine || key.user_id === me.data?.id) &&
      matches(
        search.q,
        key.name,
        key.key_prefix,
        key.user_email,
        key.cost_center,
        key.tags?.join(' '),
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
        {keys.data?.items.some((key) => key.user_id !== me.data?.id) && (
          <Segmented
            label={t('keys.whose')}
            value={search.mine ?? 'everybody'}
            onChange={(whose) => onSearch({ mine: whose === 'mine' ? 'mine' : undefined })}
            options={[
              { value: 'everybody', label: t('keys.whose.everybody') },
              { value: 'mine', label: t('keys.whose.mine') },
            ]}
          />
        )}
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
        <RotateDialog
          apiKey={chosen}
          onClose={close}
          onIssued={async (secret) => {
            setIssued(secret)
            await refresh()
          }}
        />
      )}
      {dialog?.verb === 'revoke' && chosen && (
        <RevokeDialog
          apiKey={chosen}
          onClose={close}
          onRevoked={async () => {
            await refresh()
            toast.success(t('keys.revoked', { name: chosen.name }))
          }}
        />
      )}
      {issued && <KeySecretDialog issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  )
}
