import { CircleAlert, RotateCcw } from 'lucide-react'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { useI18n, type MessageKey } from '@/i18n'
import { header } from './data/notes'
import type { Answer, CallError } from './data/types'

function titleOf({ status }: CallError): MessageKey {
  if (status === 0) return 'play.error.connection'
  if (status === 401) return 'play.error.key'
  if (status === 402) return 'play.error.budget'
  if (status === 403) return 'play.error.access'
  if (status === 404) return 'play.error.model'
  if (status === 413) return 'play.error.large'
  if (status === 429) return 'play.error.limit'
  return status >= 500 ? 'play.error.provider' : 'play.error.request'
}

/** What went wrong, in words, with the id to ask for and a way on. */
export function AnswerError({ answer, onRetry }: { answer: Answer; onRetry?: () => void }) {
  const { t, f } = useI18n()
  const { error, requestId } = answer
  if (!error) return null
  const wait = Number(header(answer.headers, 'retry-after'))
  return (
    <div
      role="alert"
      className="grid gap-2 rounded-lg border border-bad/30 bg-bad-soft px-3 py-2.5 text-sm text-bad"
    >
      <p className="flex items-start gap-2 font-medium">
        <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span className="min-w-0">
          {t(titleOf(error))}
          {error.status > 0 && <span className="tnum ms-1.5 font-normal">({error.status})</span>}
        </span>
      </p>
      {(error.message || error.status === 0) && (
        <p className="ps-6 break-words text-ink">{error.message || t('error.unreachableHint')}</p>
      )}
      {wait > 0 && (
        <p className="ps-6 text-ink">{t('play.error.wait', { time: f.duration(wait * 1_000) })}</p>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 ps-6 text-xs text-ink-2">
        {error.code && <code>{error.code}</code>}
        {requestId && (
          <span className="inline-flex min-w-0 items-center gap-1">
            {t('error.requestId')}
            <code className="truncate">{requestId}</code>
            <CopyButton text={requestId} label={t('error.copyRequestId')} />
          </span>
        )}
        {onRetry && (
          <Button size="sm" onClick={onRetry} className="ms-auto">
            <RotateCcw aria-hidden />
            {t('common.retry')}
          </Button>
        )}
      </div>
    </div>
  )
}
