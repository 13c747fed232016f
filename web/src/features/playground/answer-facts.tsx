import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowUpRight, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Mono } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n, type MessageKey } from '@/i18n'
import { logQuery } from '@/lib/api/logs'
import { cn } from '@/lib/cn'
import { dash, shortId } from '@/lib/format'
import { header, readNotes } from './data/notes'
import type { Answer } from './data/types'

/** What a call took: from its headers at once, from its row in the logs a moment later. */
export function AnswerFacts({ answer }: { answer: Answer }) {
  const { t, f } = useI18n()
  const { headers, requestId } = answer
  const row = useQuery({ ...logQuery(requestId ?? ''), enabled: Boolean(requestId) })
  const of = (name: string) => header(headers, name)
  const notes = readNotes(
    row.data?.conversion_notes?.length ? row.data.conversion_notes : [of('x-thinkwatch-conversion') ?? ''],
  )
  const usage = {
    input: row.data?.input_tokens ?? answer.usage.input,
    output: row.data?.output_tokens ?? answer.usage.output,
    cached: row.data?.cached_tokens || answer.usage.cached,
    reasoning: row.data?.reasoning_tokens || answer.usage.reasoning,
  }
  const count = (value: number | undefined) => (value === undefined ? dash : f.integer(value))
  const writing =
    answer.totalMs !== null && answer.firstTokenMs !== null ? answer.totalMs - answer.firstTokenMs : 0
  const speed = usage.output && writing > 50 ? Math.round(usage.output / (writing / 1_000)) : null
  const cache = of('x-cache')
  const cacheKey = `play.cache.${cache}` as MessageKey
  const requests = leftOf(headers, 'requests')
  const tokens = leftOf(headers, 'tokens')
  const warnings = of('x-thinkwatch-warning')

  // A call that was refused before it reached a model used nothing: there is nothing to say of tokens and cost.
  const used = answer.status !== 'failed' || Boolean(usage.input || usage.output)

  const facts: [label: string, value: ReactNode, wide?: boolean][] = [
    [t('play.firstToken'), answer.firstTokenMs !== null && f.duration(answer.firstTokenMs)],
    [
      t('play.total'),
      <>
        {f.duration(answer.totalMs)}
        {speed !== null && <Faint>{t('play.speed', { n: f.integer(speed) })}</Faint>}
      </>,
    ],
    [
      t('play.tokens'),
      used && (
        <>
          {t('play.tokensValue', { input: count(usage.input), output: count(usage.output) })}
          {usage.cached ? <Faint>{t('play.tokensCached', { n: f.integer(usage.cached) })}</Faint> : null}
          {usage.reasoning ? (
            <Faint>{t('play.tokensReasoning', { n: f.integer(usage.reasoning) })}</Faint>
          ) : null}
        </>
      ),
      true,
    ],
    [t('play.cost'), used && <Cost key="cost" row={row} />],
    [
      t('play.route'),
      of('x-thinkwatch-provider') && (
        <>
          {of('x-thinkwatch-provider')}
          <Mono className="ms-1.5 text-ink-3">{of('x-thinkwatch-model')}</Mono>
        </>
      ),
      true,
    ],
    [
      t('play.cache'),
      cache && (
        <Badge tone={cache === 'hit' ? 'info' : 'neutral'}>
          {['hit', 'miss', 'bypass'].includes(cache) ? t(cacheKey) : cache}
        </Badge>
      ),
    ],
    [
      t('play.limit'),
      (requests || tokens) && (
        <span className="flex flex-wrap gap-x-3">
          {requests && <span>{t('play.limitRequests', requests)}</span>}
          {tokens && <span>{t('play.limitTokens', tokens)}</span>}
        </span>
      ),
    ],
    [t('play.finish'), answer.stopReason && <Mono>{answer.stopReason}</Mono>],
    [
      t('play.converted'),
      (notes.dropped.length > 0 || notes.changed.length > 0) && (
        <span className="flex flex-wrap gap-1">
          {notes.dropped.length > 0 && (
            <Badge tone="warn" className="h-auto whitespace-normal">
              {t('play.dropped', { names: notes.dropped.join(', ') })}
            </Badge>
          )}
          {notes.changed.length > 0 && (
            <Badge className="h-auto whitespace-normal">
              {t('play.changed', { names: notes.changed.join(', ') })}
            </Badge>
          )}
        </span>
      ),
      true,
    ],
    [t('play.guard'), warnings && <Badge tone="warn">{warnings}</Badge>],
  ]
  return (
    <div className="grid gap-2 text-xs text-ink-2">
      <dl
        aria-label={t('play.facts')}
        className="grid grid-cols-[repeat(auto-fill,minmax(7.5rem,1fr))] gap-x-4 gap-y-2"
      >
        {facts
          .filter(([, value]) => Boolean(value))
          .map(([label, value, wide]) => (
            <div key={label} className={cn('min-w-0', wide && 'col-span-2')}>
              <dt className="text-ink-3">{label}</dt>
              <dd className="tnum mt-0.5 break-words text-ink">{value}</dd>
            </div>
          ))}
      </dl>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {headers.length > 0 && <Headers headers={headers} />}
        {requestId && (
          <span className="ms-auto inline-flex items-center gap-0.5">
            <Link
              to="/gateway/logs"
              search={{ id: requestId }}
              title={requestId}
              className="inline-flex items-center gap-1 rounded font-mono text-accent-text underline-offset-4 hover:underline"
            >
              <span className="sr-only">{t('play.openLog')}: </span>
              {shortId(requestId)}
              <ArrowUpRight className="size-3.5" aria-hidden />
            </Link>
            <CopyButton text={requestId} label={t('error.copyRequestId')} />
          </span>
        )}
      </div>
    </div>
  )
}

function leftOf(headers: Answer['headers'], what: 'requests' | 'tokens') {
  const left = header(headers, `x-ratelimit-remaining-${what}`)
  const limit = header(headers, `x-ratelimit-limit-${what}`)
  return left && limit ? { left, limit } : undefined
}

const Faint = ({ children }: { children: ReactNode }) => <span className="ms-1.5 text-ink-3">{children}</span>

function Cost({ row }: { row: { data?: { cost_usd: string | null }; isPending: boolean } }) {
  const { t, f } = useI18n()
  if (row.data) return row.data.cost_usd === null ? t('logs.unpriced') : f.usd(row.data.cost_usd)
  if (!row.isPending) return <span title={t('play.costNone')}>{dash}</span>
  return (
    <span title={t('play.costWaiting')}>
      <Skeleton className="w-14" />
    </span>
  )
}

function Headers({ headers }: { headers: Answer['headers'] }) {
  const { t } = useI18n()
  return (
    <details className="group min-w-0 open:basis-full">
      <summary className="inline-flex list-none items-center gap-1 rounded text-ink-2 hover:text-ink">
        <ChevronRight
          className="size-3.5 transition-transform group-open:rotate-90 rtl:rotate-180"
          aria-hidden
        />
        {t('play.headers', { n: headers.length })}
      </summary>
      <dl className="mt-1.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 rounded-md border border-line bg-sunken px-3 py-2 font-mono text-2xs">
        {headers.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-3">{name}</dt>
            <dd className="break-all text-ink">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
