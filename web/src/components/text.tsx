import { useEffect, useState, type ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { dash, shortId } from '@/lib/format'
import { CopyButton } from './copy-button'

const listeners = new Set<() => void>()
let ticker: ReturnType<typeof setInterval> | undefined

/** One clock for every relative time on the page. */
function useTick() {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const listener = () => setNow(Date.now())
    listeners.add(listener)
    ticker ??= setInterval(() => listeners.forEach((each) => each()), 10_000)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) {
        clearInterval(ticker)
        ticker = undefined
      }
    }
  }, [])
  return now
}

/** A row younger than the last tick is "now", not in the future. */
function sinceTick(value: string, now: number): number {
  const time = Date.parse(value)
  return time > now && time - now < 15_000 ? time : now
}

/** A relative time; the exact one on hover. */
export function Time({ value, className }: { value: string | null | undefined; className?: string }) {
  const { f } = useI18n()
  const now = useTick()
  if (!value) return <span className="text-ink-3">{dash}</span>
  return (
    <time dateTime={value} title={f.exact(value)} className={cn('whitespace-nowrap', className)}>
      {f.relative(value, sinceTick(value, now))}
    </time>
  )
}

export function Mono({ children, className }: { children: ReactNode; className?: string }) {
  return <span className={cn('font-mono text-[0.92em] tracking-tight', className)}>{children}</span>
}

/** An id, shortened, whole on hover and in the clipboard. */
export function Id({ value, label, full }: { value: string; label: string; full?: boolean }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5">
      <span title={value} className="truncate font-mono text-xs text-ink-2">
        {full ? value : shortId(value)}
      </span>
      <CopyButton text={value} label={label} />
    </span>
  )
}
