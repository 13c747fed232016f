import { Waves } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { OutcomeBadge, SimulatedBadge } from '@/components/status'
import { Mono, Time } from '@/components/text'
import type { Translate } from '@/i18n'
import type { LogItem } from '@/lib/api/logs'
import { dash, shortId, type Formats } from '@/lib/format'
import { cn } from '@/lib/cn'

const column = columnsOf<LogItem>()
const muted = (text: string | null | undefined) => text || <span className="text-ink-3">{dash}</span>

/** The API sorts by time only: a page of a million rows in another order would be another index. */
export const logColumns = (t: Translate, f: Formats, open: (log: LogItem) => void) => [
  column.accessor('created_at', {
    header: t('logs.time'),
    cell: ({ row: { original: log } }) => (
      <button
        type="button"
        className="rounded whitespace-nowrap hover:underline"
        onClick={(event) => {
          event.stopPropagation()
          open(log)
        }}
      >
        <span className="sr-only">{t('logs.openCall', { id: shortId(log.id) })} </span>
        <Time value={log.created_at} className="text-ink-2" />
      </button>
    ),
  }),
  column.accessor('outcome', {
    header: t('logs.outcome'),
    enableSorting: false,
    cell: ({ row: { original: log } }) => (
      <span className="flex items-center gap-2">
        <OutcomeBadge outcome={log.outcome} />
        <span className={cn('tnum text-xs', log.status >= 400 ? 'text-bad' : 'text-ink-3')}>
          {log.status || dash}
        </span>
      </span>
    ),
  }),
  column.accessor('model', {
    header: t('models.model'),
    enableSorting: false,
    cell: ({ row: { original: log } }) => (
      <span className="flex items-center gap-2">
        <Mono className="max-w-56 truncate">{log.model || dash}</Mono>
        {log.stream && (
          <span title={t('logs.streamed')}>
            <Waves className="size-3.5 text-ink-3" aria-label={t('logs.streamed')} />
          </span>
        )}
        {log.simulated && <SimulatedBadge plain />}
      </span>
    ),
  }),
  column.accessor('provider', {
    header: t('models.provider'),
    enableSorting: false,
    cell: ({ row: { original: log } }) => (
      <span className="block max-w-44 truncate" title={log.upstream_model || undefined}>
        {muted(log.provider_display_name || log.provider)}
      </span>
    ),
  }),
  column.accessor('user_email', {
    header: t('logs.caller'),
    enableSorting: false,
    cell: ({ row: { original: log } }) => (
      <span className="block max-w-56 truncate text-ink-2" title={log.key_name || undefined}>
        {muted(log.user_email || log.key_name)}
      </span>
    ),
  }),
  column.accessor('key_name', {
    header: t('logs.key'),
    enableSorting: false,
    cell: ({ getValue }) => <span className="block max-w-40 truncate text-ink-2">{muted(getValue())}</span>,
  }),
  column.display({
    id: 'tokens',
    header: t('logs.tokensInOut'),
    meta: { align: 'end' },
    cell: ({ row: { original: log } }) =>
      log.input_tokens + log.output_tokens === 0 ? (
        muted(null)
      ) : (
        <>
          {f.compact(log.input_tokens)} <span className="text-ink-3">/</span> {f.compact(log.output_tokens)}
        </>
      ),
  }),
  column.accessor('cost_usd', {
    enableSorting: false,
    header: t('logs.cost'),
    meta: { align: 'end' },
    cell: ({ row: { original: log } }) => (log.cost_usd == null ? muted(null) : f.usd(log.cost_usd)),
  }),
  column.accessor('latency_ms', {
    enableSorting: false,
    header: t('logs.latency'),
    meta: { align: 'end' },
    cell: ({ row: { original: log } }) => f.duration(log.latency_ms),
  }),
]

export const columnChoices = [
  { id: 'provider', label: 'models.provider' },
  { id: 'user_email', label: 'logs.caller' },
  { id: 'key_name', label: 'logs.key' },
  { id: 'tokens', label: 'logs.tokensInOut' },
  { id: 'cost_usd', label: 'logs.cost' },
  { id: 'latency_ms', label: 'logs.latency' },
] as const
