import type { UseQueryResult } from '@tanstack/react-query'
import { FileX, Info, Lock } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { CopyButton } from '@/components/copy-button'
import { EmptyState, ErrorState } from '@/components/states'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n, type MessageKey } from '@/i18n'
import type { LogBody } from '@/lib/api/logs'
import { ApiError } from '@/lib/api/problem'
import { parseJson } from './data/conversation'

const CodeView = lazy(() => import('@/components/code-view'))
const noted = new Set(['offloaded', 'truncated', 'disabled', 'failed', 'erased'])

export function CaptureNote({ status }: { status: string | null | undefined }) {
  const { t } = useI18n()
  if (!status || !noted.has(status)) return null
  return (
    <p className="flex items-start gap-2 rounded-md bg-info-soft px-3 py-2 text-sm text-info">
      <Info className="mt-0.5 size-4 shrink-0" aria-hidden />
      {t(`logs.capture.${status}` as MessageKey)}
    </p>
  )
}

export function BodyError({ query }: { query: UseQueryResult<LogBody> }) {
  const { t } = useI18n()
  if (query.error instanceof ApiError && query.error.status === 403) {
    return (
      <EmptyState icon={Lock} title={t('logs.bodyForbidden')}>
        {t('logs.bodyForbiddenHint')}
      </EmptyState>
    )
  }
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
}

interface BodyViewProps {
  query: UseQueryResult<LogBody>
  part: 'request' | 'response'
  capture: string | null | undefined
  bytes: number | null | undefined
}

export function BodyView({ query, part, capture, bytes }: BodyViewProps) {
  const { t, f } = useI18n()
  if (query.isPending) return <Skeleton className="h-64" />
  if (query.isError) return <BodyError query={query} />
  const text = part === 'request' ? query.data.request_body : query.data.response_body
  const size = (part === 'request' ? query.data.request_bytes : query.data.response_bytes) ?? bytes
  const parsed = parseJson(text)
  const shown = parsed === undefined ? text : JSON.stringify(parsed, null, 2)
  return (
    <div className="grid gap-3">
      <CaptureNote status={capture} />
      {text ? (
        <>
          <div className="flex items-center justify-between gap-2 text-xs text-ink-3">
            <span className="tnum">
              {parsed === undefined ? t('logs.text') : 'JSON'} · {f.bytes(size ?? text.length)}
              {query.data.encoding === 'base64' && ' · base64'}
            </span>
            <CopyButton
              text={text}
              label={t('common.copyWhat', { what: t(`logs.${part}`) })}
              variant="ghost"
            />
          </div>
          <Suspense fallback={<Skeleton className="h-64" />}>
            <CodeView text={shown ?? ''} json={parsed !== undefined} label={t(`logs.${part}`)} />
          </Suspense>
        </>
      ) : (
        <EmptyState icon={FileX} title={t('logs.noBody')} />
      )}
    </div>
  )
}
