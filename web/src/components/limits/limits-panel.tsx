import { useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical, Gauge, Plus, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import {
  limitBudgetsQuery,
  limitRulesQuery,
  limitsKey,
  limitUsageQuery,
  removeLimitBudget,
  removeLimitRule,
  resetLimits,
  type LimitSubject,
  type Simulation,
} from '@/lib/api/limits'
import { EmptyState, ErrorState } from '../states'
import { Button } from '../ui/button'
import { Skeleton } from '../ui/skeleton'
import { useToast } from '../ui/toast'
import { hasUsage, isReplaced, itemsOf, type LimitItem } from './data/limits'
import { InlineConfirm } from './inline-confirm'
import { LimitForm } from './limit-form'
import { LimitRow } from './limit-row'
import { SimulateDialog } from './simulate-dialog'

interface LimitsPanelProps {
  subject: LimitSubject
  /** What is said above the list of this kind of subject. */
  hint?: string
}

/** A subject's rules and budgets with live use, to look at and, with limits:write, to change. The same for every kind of subject. */
export function LimitsPanel({ subject, hint }: LimitsPanelProps) {
  const { t } = useI18n()
  const toast = useToast()
  const client = useQueryClient()
  const access = useAccess()
  const rules = useQuery(limitRulesQuery(subject))
  const budgets = useQuery(limitBudgetsQuery(subject))
  const counted = hasUsage(subject.kind)
  const usage = useQuery({ ...limitUsageQuery(subject), enabled: counted })
  /** `new`, or the id of what is edited. */
  const [open, setOpen] = useState<string>()
  /** Of the person themselves, which are no conflict with a form that is open. */
  const [removals, setRemovals] = useState(0)
  const [resetting, setResetting] = useState(false)
  const [simulating, setSimulating] = useState(false)

  const mayWrite = access.maySomewhere('limits:write')
  const refresh = () => client.invalidateQueries({ queryKey: limitsKey(subject) })
  const failed = [rules, budgets].find((query) => query.isError)
  if (failed) return <ErrorState error={failed.error} onRetry={() => void refresh()} />
  if (!rules.data || !budgets.data) return <Skeleton className="h-24" />

  const items = itemsOf(rules.data.items, budgets.data.items, usage.data?.items ?? [])
  const remove = async (item: LimitItem, etag: string | undefined) => {
    if (item.rule) await removeLimitRule(subject, item.id, etag)
    else await removeLimitBudget(subject, item.id, etag)
    await refresh()
    setRemovals((count) => count + 1)
    toast.success(t('limits.removed'))
  }
  const read = (item: LimitItem) =>
    item.rule
      ? client.fetchQuery({ ...limitRulesQuery(subject), staleTime: 0 })
      : client.fetchQuery({ ...limitBudgetsQuery(subject), staleTime: 0 })
  const saved = async () => {
    await refresh()
    toast.success(t('common.saved'))
  }

  return (
    <section className="grid gap-3" aria-label={t('limits.title')}>
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-48 flex-1 text-sm text-ink-2">{hint ?? t('limits.hint')}</p>
        {callOf(subject) && (
          <Button variant="ghost" size="sm" onClick={() => setSimulating(true)}>
            <FlaskConical aria-hidden />
            {t('limits.simulate')}
          </Button>
        )}
        {mayWrite && counted && items.length > 0 && (
          <Button variant="ghost" size="sm" onClick={() => setResetting(true)}>
            <RotateCcw aria-hidden />
            {t('limits.reset')}
          </Button>
        )}
        {mayWrite && open !== 'new' && items.length > 0 && (
          <Button size="sm" onClick={() => setOpen('new')}>
            <Plus aria-hidden />
            {t('limits.add')}
          </Button>
        )}
      </div>
      {resetting && (
        <InlineConfirm
          question={t('limits.resetAsk')}
          action={t('limits.resetYes')}
          onClose={() => setResetting(false)}
          onConfirm={async () => {
            await resetLimits(subject)
            await refresh()
            toast.success(t('limits.resetDone'))
          }}
        />
      )}
      {usage.isError && counted && (
        <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {t('limits.noUse')}
        </p>
      )}
      {open === 'new' && (
        <LimitForm subject={subject} others={removals} onClose={() => setOpen(undefined)} onSaved={saved} />
      )}
      <ul className="grid gap-2">
        {items.map((item) =>
          open === item.id ? (
            <li key={item.id}>
              <LimitForm
                subject={subject}
                item={item}
                others={removals}
                onClose={() => setOpen(undefined)}
                onSaved={saved}
              />
            </li>
          ) : (
            <LimitRow
              key={item.id}
              item={item}
              replaced={isReplaced(item, items)}
              counted={counted}
              onEdit={mayWrite ? () => setOpen(item.id) : undefined}
              read={() => read(item)}
              onRemove={mayWrite ? (etag) => remove(item, etag) : undefined}
            />
          ),
        )}
      </ul>
      {items.length === 0 && open !== 'new' && (
        <EmptyState
          icon={Gauge}
          title={t('limits.empty')}
          className="rounded-lg border border-dashed border-line py-8"
          action={
            mayWrite && (
              <Button onClick={() => setOpen('new')}>
                <Plus aria-hidden />
                {t('limits.add')}
              </Button>
            )
          }
        >
          {t('limits.emptyHint')}
        </EmptyState>
      )}
      {simulating && <SimulateDialog call={callOf(subject)} onClose={() => setSimulating(false)} />}
    </section>
  )
}

/** A call that the subject would be part of, where the dry run can be told so. */
function callOf({ kind, id }: LimitSubject): Simulation | undefined {
  switch (kind) {
    case 'user':
      return { user_id: id }
    case 'api_key':
      return { key_id: id }
    case 'team':
      return { team_ids: [id] }
    case 'model':
      return { model_id: id }
    case 'provider':
      return { provider_id: id }
    default:
      return undefined
  }
}
