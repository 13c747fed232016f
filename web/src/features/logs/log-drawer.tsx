import { useQuery } from '@tanstack/react-query'
import { CopyButton } from '@/components/copy-button'
import { ErrorState } from '@/components/states'
import { OutcomeBadge, SimulatedBadge } from '@/components/status'
import { Id, Mono, Time } from '@/components/text'
import { Drawer } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useI18n } from '@/i18n'
import { logBodyQuery, logQuery, type LogDetail } from '@/lib/api/logs'
import { useGatewayUrl } from '@/lib/api/gateway-address'
import { requestAsCurl } from '@/lib/curl'
import { dash } from '@/lib/format'
import { BodyView } from './body-view'
import { Conversation } from './conversation'
import type { LogSearch } from './data/search'
import { LogFacts } from './log-facts'
import { Timeline } from './timeline'

interface LogDrawerProps {
  id: string
  onClose: () => void
  onFilter: (filter: Partial<LogSearch>) => void
}

/** One call: what was asked and answered, what it took, and why it went the way it went. */
export function LogDrawer({ id, onClose, onFilter }: LogDrawerProps) {
  const { t } = useI18n()
  const log = useQuery(logQuery(id))
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      className="sm:max-w-3xl"
      label={t('logs.call', { id })}
      title={
        log.data ? (
          <>
            <OutcomeBadge outcome={log.data.outcome} />
            <span className="truncate font-mono text-sm font-semibold tracking-tight">{log.data.model}</span>
            {log.data.simulated && <SimulatedBadge />}
          </>
        ) : (
          <Skeleton className="w-48" />
        )
      }
    >
      {log.isError && (
        <>
          <ErrorState error={log.error} onRetry={() => void log.refetch()} />
          <p className="px-6 text-center text-sm text-ink-3">{t('logs.notYet')}</p>
        </>
      )}
      {log.isPending && (
        <div className="grid gap-3 p-5" aria-busy="true" aria-label={t('logs.waiting')}>
          <p className="text-sm text-ink-3" role="status">
            {t('logs.waiting')}
          </p>
          <Skeleton className="h-16" />
          <Skeleton className="h-40" />
        </div>
      )}
      {log.data && <Detail log={log.data} onFilter={onFilter} />}
    </Drawer>
  )
}

function Detail({ log, onFilter }: { log: LogDetail; onFilter: LogDrawerProps['onFilter'] }) {
  const { t, f } = useI18n()
  const gateway = useGatewayUrl()
  const body = useQuery(logBodyQuery(log.id))
  const tokens = log.input_tokens + log.output_tokens
  const figures = [
    [t('logs.latency'), f.duration(log.latency_ms)],
    [t('logs.firstByte'), f.duration(log.client_ttfb_ms || null)],
    [t('home.tokens'), tokens === 0 ? dash : f.compact(tokens)],
    [t('logs.cost'), f.usd(log.cost_usd)],
  ] as const
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 pt-3 sm:px-5">
        <Id value={log.id} label={t('error.copyRequestId')} full />
        <Time value={log.created_at} className="text-xs text-ink-3" />
        {log.provider && (
          <span className="min-w-0 truncate text-xs text-ink-2">
            {log.provider_display_name || log.provider}
            {log.upstream_model && <Mono className="ms-1.5 text-ink-3">{log.upstream_model}</Mono>}
          </span>
        )}
        {body.data?.request_body && (
          <CopyButton
            variant="secondary"
            text={requestAsCurl(gateway, body.data.request_body)}
            label={t('logs.copyCurl')}
            className="ms-auto h-7 text-xs"
          >
            {t('logs.copyCurl')}
          </CopyButton>
        )}
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 py-4 sm:grid-cols-4 sm:px-5">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt className="text-xs text-ink-3">{label}</dt>
            <dd className="tnum text-lg font-semibold tracking-tight">{value}</dd>
          </div>
        ))}
      </dl>
      {log.error_message && (
        <p
          role="note"
          className="mx-4 mb-4 rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad sm:mx-5"
        >
          {log.error_type && <code className="me-2 text-xs">{log.error_type}</code>}
          {log.error_message}
        </p>
      )}
      <Tabs defaultValue="conversation">
        <TabsList aria-label={t('logs.views')}>
          <TabsTrigger value="conversation">{t('logs.conversation')}</TabsTrigger>
          <TabsTrigger value="request">{t('logs.request')}</TabsTrigger>
          <TabsTrigger value="response">{t('logs.response')}</TabsTrigger>
          <TabsTrigger value="details">{t('logs.details')}</TabsTrigger>
        </TabsList>
        <TabsContent value="conversation" className="p-4 sm:p-5">
          <Conversation body={body} />
        </TabsContent>
        <TabsContent value="request" className="p-4 sm:p-5">
          <BodyView query={body} part="request" capture={log.request_capture} bytes={log.request_bytes} />
        </TabsContent>
        <TabsContent value="response" className="p-4 sm:p-5">
          <BodyView query={body} part="response" capture={log.response_capture} bytes={log.response_bytes} />
        </TabsContent>
        <TabsContent value="details" className="grid gap-6 p-4 sm:p-5">
          <Timeline log={log} />
          <LogFacts log={log} onFilter={onFilter} />
        </TabsContent>
      </Tabs>
    </>
  )
}
