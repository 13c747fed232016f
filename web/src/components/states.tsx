import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useI18n, type Translate } from '@/i18n'
import { ApiError, toApiError } from '@/lib/api/problem'
import { cn } from '@/lib/cn'
import { CopyButton } from './copy-button'
import { Button } from './ui/button'

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
  className?: string
}

export function EmptyState({ icon: Icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div className={cn('grid justify-items-center gap-1 px-6 py-12 text-center', className)}>
      <span className="mb-2 grid size-10 place-items-center rounded-xl border border-line bg-sunken text-ink-3">
        <Icon className="size-5" aria-hidden />
      </span>
      <p className="text-base font-medium">{title}</p>
      {children && <div className="max-w-md text-sm text-pretty text-ink-2">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** What went wrong in words that a person can act on. */
export function describeError(error: unknown, t: Translate): { title: string; detail?: string } {
  const problem = toApiError(error)
  if (problem.status === 0) return { title: t('error.unreachable'), detail: t('error.unreachableHint') }
  if (problem.status === 403) return { title: t('error.forbidden'), detail: problem.message }
  if (problem.status === 404) return { title: t('error.notFound'), detail: problem.problem.detail }
  if (problem.status === 412) return { title: t('edit.stale'), detail: t('edit.staleList') }
  if (problem.status === 429) return { title: t('error.tooMany'), detail: problem.problem.detail }
  if (problem.status >= 500)
    return { title: t('error.server'), detail: problem.problem.detail ?? problem.message }
  return { title: problem.problem.title ?? t('error.failed'), detail: problem.problem.detail }
}

interface ErrorStateProps {
  error: unknown
  onRetry?: () => void
  className?: string
}

export function ErrorState({ error, onRetry, className }: ErrorStateProps) {
  const { t } = useI18n()
  const { title, detail } = describeError(error, t)
  const requestId = error instanceof ApiError ? error.requestId : undefined
  return (
    <div role="alert" className={cn('grid justify-items-center gap-1 px-6 py-12 text-center', className)}>
      <span className="mb-2 grid size-10 place-items-center rounded-xl bg-bad-soft text-bad">
        <CircleAlert className="size-5" aria-hidden />
      </span>
      <p className="text-base font-medium">{title}</p>
      {detail && <p className="max-w-md text-sm break-words text-ink-2">{detail}</p>}
      {requestId && (
        <p className="flex items-center gap-1 text-xs text-ink-3">
          {t('error.requestId')} <code>{requestId}</code>
          <CopyButton text={requestId} label={t('error.copyRequestId')} />
        </p>
      )}
      {onRetry && (
        <Button className="mt-3" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  )
}

/** A failed form in one line above its buttons. */
export function FormError({ error }: { error: unknown }) {
  const { t } = useI18n()
  if (!error) return null
  const { title, detail } = describeError(error, t)
  return (
    <div role="alert" className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span className="min-w-0 break-words">{detail ?? title}</span>
    </div>
  )
}
