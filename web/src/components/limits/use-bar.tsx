import { CircleAlert, CircleCheck, TriangleAlert, type LucideIcon } from 'lucide-react'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { amountText, shareOf, toneOf, useText, type LimitUnit, type Tone } from './data/limits'

// A colour is never alone: each has its icon and its word.
const looks: Record<Tone, { icon: LucideIcon; bar: string; text: string }> = {
  ok: { icon: CircleCheck, bar: 'bg-ok', text: 'text-ok' },
  warn: { icon: TriangleAlert, bar: 'bg-warn', text: 'text-warn' },
  bad: { icon: CircleAlert, bar: 'bg-bad', text: 'text-bad' },
}

interface UseBarProps {
  name: string
  current: string
  limit: string
  unit: LimitUnit
}

/** How much of a limit is used: a bar, the two numbers with their unit, and what that means. */
export function UseBar({ name, current, limit, unit }: UseBarProps) {
  const { t, f } = useI18n()
  const share = shareOf(current, limit)
  const tone = toneOf(share)
  const { icon: Icon, bar, text } = looks[tone]
  const spoken = useText(current, limit, unit, t, f)
  return (
    <div className="grid gap-1">
      <div
        role="meter"
        aria-label={t('limits.useOfLimit', { name })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(share * 100))}
        aria-valuetext={spoken}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={cn('h-full rounded-full transition-[width]', bar)}
          style={{ width: `${Math.min(100, share * 100)}%` }}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-3 text-xs">
        <span className="tnum text-ink-2" title={exact(current, limit, unit, t, f)}>
          {spoken}
        </span>
        <span className={cn('tnum inline-flex items-center gap-1 font-medium', text)}>
          <Icon className="size-3.5 shrink-0" aria-hidden />
          {t(`limits.tone.${tone}`)}
          <span className="font-normal">{t('limits.share', { share: f.percent(share, 0) })}</span>
        </span>
      </div>
    </div>
  )
}

const exact = (
  current: string,
  limit: string,
  unit: LimitUnit,
  t: ReturnType<typeof useI18n>['t'],
  f: ReturnType<typeof useI18n>['f'],
) =>
  unit === 'usd'
    ? `${current} / ${limit} USD`
    : `${f.integer(Number(current))} / ${f.integer(Number(limit))} (${amountText(limit, unit, t, f)})`
