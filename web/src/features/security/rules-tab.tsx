import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, ShieldCheck } from 'lucide-react'
import { useMemo } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { DataTable } from '@/components/data-table'
import { ListToolbar } from '@/components/list-toolbar'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import {
  contentRulesQuery,
  deleteRule,
  hitsQuery,
  readRule,
  updateRule,
  type ContentRule,
} from '@/lib/api/security'
import { etagAsShown } from '@/lib/use-version'
import { matches, readDialog, type ListPageProps } from '@/lib/list-search'
import { RuleDialog } from './rule-dialog'
import { ruleColumns, type RuleRow } from './rules-columns'

export function RulesTab({ search, onSearch }: ListPageProps) {
  const { t, f } = useI18n()
  const toast = useToast()
  const client = useQueryClient()
  const rules = useQuery(contentRulesQuery)
  const hits = useQuery(hitsQuery)
  const refresh = () => client.invalidateQueries({ queryKey: contentRulesQuery.queryKey })
  const dialog = readDialog(search.dialog)
  const chosen = rules.data?.items.find((rule) => rule.id === dialog?.id)
  const close = () => onSearch({ dialog: undefined })
  const { mutate: toggle } = useMutation({
    mutationFn: async (rule: ContentRule) =>
      updateRule(
        rule.id,
        { enabled: !rule.enabled },
        await etagAsShown(readRule(rule.id), (now) => now.enabled === rule.enabled),
      ),
    onSettled: refresh,
    onSuccess: (rule) =>
      toast.success(t(rule.enabled ? 'security.nowEnabled' : 'security.nowDisabled', { name: rule.name })),
    onError: (error) => {
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
    },
  })
  const columns = useMemo(
    () =>
      ruleColumns(t, f, {
        edit: (rule) => onSearch({ dialog: `edit:${rule.id}` }),
        remove: (rule) => onSearch({ dialog: `delete:${rule.id}` }),
        toggle,
      }),
    [t, f, toggle, onSearch],
  )
  const rows = useMemo(
    () =>
      rules.data?.items
        .filter((rule) => matches(search.q, rule.name, rule.pattern, rule.description, rule.action))
        .map((rule): RuleRow => {
          const hit = hits.data?.items.find((each) => each.rule === rule.name && each.scope === rule.scope)
          return { ...rule, calls: hits.data ? (hit?.calls ?? 0) : undefined, lastHit: hit?.last_at }
        }),
    [rules.data, hits.data, search.q],
  )
  const add = (
    <Button variant="primary" onClick={() => onSearch({ dialog: 'new' })}>
      <Plus aria-hidden />
      {t('security.add')}
    </Button>
  )
  return (
    <>
      <ListToolbar label={t('security.search')} query={search.q} onQuery={(q) => onSearch({ q })}>
        <span className="ms-auto">{add}</span>
      </ListToolbar>
      {rules.isError ? (
        <ErrorState error={rules.error} onRetry={() => void rules.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('security.rules')}
          columns={columns}
          rows={rows}
          rowId={(rule) => rule.id}
          sort={search.sort}
          onSort={(sort) => onSearch({ sort })}
          activeId={dialog?.id}
          onRowClick={(rule) => onSearch({ dialog: `edit:${rule.id}` })}
          empty={
            search.q ? (
              <EmptyState icon={ShieldCheck} title={t('common.noMatch')}>
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={ShieldCheck} title={t('security.empty')} action={add}>
                {t('security.emptyHint')}
              </EmptyState>
            )
          }
        />
      )}
      {(dialog?.verb === 'new' || (dialog?.verb === 'edit' && chosen)) && (
        <RuleDialog key={chosen?.id ?? 'new'} rule={chosen} onClose={close} onSaved={refresh} />
      )}
      {dialog?.verb === 'delete' && chosen && (
        <ConfirmDialog
          title={t('security.deleteTitle')}
          name={chosen.name}
          action={t('common.delete')}
          onClose={close}
          read={() => readRule(chosen.id)}
          onConfirm={async (etag) => {
            await deleteRule(chosen.id, etag)
            await refresh()
            toast.success(t('security.deleted', { name: chosen.name }))
          }}
        >
          {t('security.deleteText')}
        </ConfirmDialog>
      )}
    </>
  )
}
