import { ListFilter } from 'lucide-react'
import type { ReactNode } from 'react'
import { CodeBlock } from '@/components/code-block'
import { SimulatedBadge } from '@/components/status'
import { Id, Mono } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import type { LogDetail } from '@/lib/api/logs'
import type { LogSearch } from './data/search'

interface LogFactsProps {
  log: LogDetail
  onFilter: (filter: Partial<LogSearch>) => void
}

type Fact = [label: string, value: ReactNode]
const given = (value: unknown) => value !== null && value !== undefined && value !== ''

/** JSON columns come as objects or as their text; an empty one says nothing. */
function asJson(value: unknown): string | undefined {
  let parsed = value
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value)
    } catch {
      return value || undefined
    }
  }
  if (!parsed || (typeof parsed === 'object' && Object.keys(parsed).length === 0)) return undefined
  return JSON.stringify(parsed, null, 2)
}

export function LogFacts({ log, onFilter }: LogFactsProps) {
  const { t, f } = useI18n()
  const filter = (text: string, change: Partial<LogSearch>) => (
    <span className="inline-flex min-w-0 items-center gap-1">
      <span className="truncate">{text}</span>
      <Button
        variant="ghost"
        size="icon-sm"
        className="size-6 text-ink-3"
        aria-label={t('logs.onlyThis', { value: text })}
        onClick={() => onFilter(change)}
      >
        <ListFilter className="size-3.5!" aria-hidden />
      </Button>
    </span>
  )
  const count = (value: number | null | undefined) => (given(value) ? f.integer(value ?? 0) : null)

  const groups: { title: string; facts: Fact[] }[] = [
    {
      title: t('logs.route'),
      facts: [
        [t('logs.requested'), filter(log.model, { model: log.model })],
        [
          t('models.provider'),
          log.provider && (
            <span className="inline-flex items-center gap-2">
              {filter(log.provider_display_name || log.provider, { provider: log.provider })}
              {log.simulated && <SimulatedBadge />}
            </span>
          ),
        ],
        [t('models.upstream'), log.upstream_model && <Mono>{log.upstream_model}</Mono>],
        [t('logs.surface'), log.surface && <Mono>{log.surface}</Mono>],
        [t('logs.mode'), given(log.stream) && t(log.stream ? 'logs.streamed' : 'logs.whole')],
        [t('logs.retries'), log.retries ? f.integer(log.retries) : null],
        [t('logs.fallbacks'), log.fallbacks ? f.integer(log.fallbacks) : null],
      ],
    },
    {
      title: t('logs.usage'),
      facts: [
        [t('logs.tokensIn'), log.input_tokens ? count(log.input_tokens) : null],
        [t('logs.tokensOut'), log.output_tokens ? count(log.output_tokens) : null],
        [t('logs.tokensCached'), log.cached_tokens ? count(log.cached_tokens) : null],
        [t('logs.tokensReasoning'), log.reasoning_tokens ? count(log.reasoning_tokens) : null],
        [t('logs.usageSource'), log.usage_source],
        [t('logs.cost'), given(log.cost_usd) ? f.usd(log.cost_usd) : t('logs.unpriced')],
        [t('logs.finish'), log.finish_reason && <Mono>{log.finish_reason}</Mono>],
      ],
    },
    {
      title: t('logs.caller'),
      facts: [
        [t('logs.user'), log.user_email && filter(log.user_email, { user_email: log.user_email })],
        [t('logs.key'), log.key_name && filter(log.key_name, { key_name: log.key_name })],
        [t('logs.teams'), log.team_names.join(', ')],
        [t('keys.costCenter'), log.cost_center],
        [
          t('logs.tags'),
          log.tags.length > 0 && (
            <span className="flex flex-wrap gap-1">
              {log.tags.map((tag) => (
                <Badge key={tag}>{tag}</Badge>
              ))}
            </span>
          ),
        ],
        [t('logs.ip'), log.client_ip && <Mono>{log.client_ip}</Mono>],
        [t('logs.agent'), log.user_agent && <span className="break-words">{log.user_agent}</span>],
        [t('logs.session'), log.session_id && <Id value={log.session_id} label={t('logs.copySession')} />],
        [t('logs.trace'), log.trace_id && <Id value={log.trace_id} label={t('logs.copyTrace')} />],
      ],
    },
  ]
  const documents = [
    { title: t('logs.routing'), text: asJson(log.routing) },
    { title: t('logs.guard'), text: asJson(log.guard_hits) },
    { title: t('logs.conversion'), text: asJson(log.conversion_notes) },
  ]
  return (
    <>
      {groups.map((group) => (
        <section key={group.title}>
          <h3 className="mb-2 text-sm font-semibold">{group.title}</h3>
          <dl className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-3 text-sm">
            {group.facts
              .filter(([, value]) => given(value) && value !== false)
              .map(([label, value]) => (
                <div
                  key={label}
                  className="col-span-2 grid min-h-8 grid-cols-subgrid items-center border-t border-line"
                >
                  <dt className="text-ink-2">{label}</dt>
                  <dd className="tnum min-w-0">{value}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      {documents.map(
        (document) =>
          document.text && (
            <section key={document.title}>
              <h3 className="mb-2 text-sm font-semibold">{document.title}</h3>
              <CodeBlock code={document.text} label={document.title} className="max-h-80 overflow-y-auto" />
            </section>
          ),
      )}
    </>
  )
}
