import { History } from 'lucide-react'
import { DiffView } from '@/components/diff-view'
import { LoadMore } from '@/components/load-more'
import { EmptyState, ErrorState } from '@/components/states'
import { Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { listRoleHistory, type Role } from '@/lib/api/roles'
import { diffJson } from '@/lib/line-diff'
import { usePaged } from '@/lib/use-paged'

const actions = ['create', 'update', 'import', 'delete'] as const

/** What was changed, when and by whom, line by line. */
export function HistoryTab({ role }: { role: Role }) {
  const { t, f } = useI18n()
  const history = usePaged(['roles', 'history', role.id], (cursor, signal) =>
    listRoleHistory(role.id, { limit: 20, cursor }, signal),
  )
  if (history.isError) return <ErrorState error={history.error} onRetry={() => void history.refetch()} />
  if (!history.rows) return <Skeleton className="h-40" />
  if (history.rows.length === 0)
    return (
      <EmptyState icon={History} title={t('roles.noHistory')}>
        {t('roles.noHistoryHint')}
      </EmptyState>
    )
  return (
    <div className="grid gap-5">
      <ol className="grid gap-5">
        {history.rows.map((entry) => {
          const action = actions.find((each) => entry.action === `role.${each}`)
          return (
            <li key={entry.id} className="grid gap-2">
              <p className="flex flex-wrap items-center gap-2 text-sm">
                <Badge tone={action === 'create' ? 'ok' : 'info'}>
                  {action ? t(`roles.history.${action}`) : entry.action}
                </Badge>
                <span className="font-medium">{entry.author_email}</span>
                <Time value={entry.created_at} className="text-ink-3" />
              </p>
              <DiffView
                lines={diffJson(entry.before, entry.after)}
                label={t('roles.changesOf', { time: f.exact(entry.created_at) })}
              />
            </li>
          )
        })}
      </ol>
      <LoadMore list={history} />
    </div>
  )
}
