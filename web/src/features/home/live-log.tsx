import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ScrollText } from 'lucide-react'
import { Panel } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { OutcomeBadge, SimulatedBadge } from '@/components/status'
import { Time } from '@/components/text'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { recentLogsQuery } from '@/lib/api/logs'
import { dash } from '@/lib/format'

export function LiveLog({ className }: { className?: string }) {
  const { t, f } = useI18n()
  const logs = useQuery(recentLogsQuery(20))
  return (
    <Panel
      flush
      className={className}
      title={t('home.liveLog')}
      aside={
        <Button asChild variant="link" size="inline" className="text-xs">
          <Link to="/gateway/logs">{t('home.all')}</Link>
        </Button>
      }
    >
      {logs.isPending && <Skeleton className="mx-4 mb-4 h-64" />}
      {logs.isError && <ErrorState error={logs.error} onRetry={() => void logs.refetch()} />}
      {logs.data?.items.length === 0 && (
        <EmptyState icon={ScrollText} title={t('home.noCalls')}>
          {t('home.noCallsHint')}
        </EmptyState>
      )}
      <ul className="border-t border-line empty:hidden">
        {logs.data?.items.slice(0, 12).map((log) => (
          <li key={log.id} className="border-b border-line last:border-0">
            <Link
              to="/gateway/logs"
              search={{ id: log.id }}
              className="grid min-h-9 grid-cols-[6.5rem_minmax(0,1fr)_4.5rem] items-center gap-x-3 px-4 py-1 text-sm transition-colors hover:bg-hover sm:grid-cols-[6.5rem_minmax(0,3fr)_minmax(0,2fr)_3.5rem_4rem_4.5rem]"
            >
              <span className="flex">
                <OutcomeBadge outcome={log.outcome} />
              </span>
              <span className="flex min-w-0 items-center gap-2">
                <span className="truncate font-mono text-xs">{log.model}</span>
                {log.simulated && <SimulatedBadge plain />}
              </span>
              <span className="hidden truncate text-ink-2 sm:block">{log.user_email || log.key_name}</span>
              <span className="tnum hidden text-end text-ink-2 sm:block">
                {log.input_tokens + log.output_tokens === 0
                  ? dash
                  : f.compact(log.input_tokens + log.output_tokens)}
              </span>
              <span className="tnum text-end">{f.duration(log.latency_ms)}</span>
              <Time value={log.created_at} className="hidden text-end text-xs text-ink-3 sm:block" />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
