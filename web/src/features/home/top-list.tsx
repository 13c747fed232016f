import { Link } from '@tanstack/react-router'
import { Panel } from '@/components/page'
import { SimulatedBadge } from '@/components/status'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'

interface TopRow {
  id: string
  label: string
  mono?: boolean
  simulated?: boolean
  requests: number
  cost?: string | null
  search: { model?: string; user_email?: string }
}

export function TopList({
  title,
  rows,
  empty,
}: {
  title: string
  rows: TopRow[] | undefined
  empty: string
}) {
  const { t, f } = useI18n()
  const most = Math.max(1, ...(rows ?? []).map((row) => row.requests))
  return (
    <Panel title={title}>
      {!rows && <Skeleton className="h-24" />}
      {rows?.length === 0 && <p className="py-4 text-center text-sm text-ink-3">{empty}</p>}
      <ol className="grid gap-2.5">
        {rows?.slice(0, 6).map((row) => (
          <li key={row.id}>
            <div className="flex items-baseline gap-2">
              <Link
                to="/gateway/logs"
                search={row.search}
                title={row.label}
                className={cn(
                  'min-w-0 truncate rounded text-sm hover:underline',
                  row.mono && 'font-mono text-xs',
                )}
              >
                {row.label || t('home.unknown')}
              </Link>
              {row.simulated && <SimulatedBadge />}
              <span className="tnum ms-auto text-xs text-ink-3">{row.cost ? f.usd(row.cost) : ''}</span>
              <span className="tnum w-12 text-end text-sm font-medium">{f.compact(row.requests)}</span>
            </div>
            <svg viewBox="0 0 100 3" preserveAspectRatio="none" className="mt-1 h-1 w-full" aria-hidden>
              <rect width="100" height="3" rx="1.5" className="fill-sunken dark:fill-hover" />
              <rect width={(row.requests / most) * 100} height="3" rx="1.5" className="fill-requests" />
            </svg>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
