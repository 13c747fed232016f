import { Sparkline } from '@/components/sparkline'
import { useI18n } from '@/i18n'
import type { Hour } from './data/activity'

/** A model's last hour in a cell: calls as a line, failures on it, and both as figures. */
export function ModelHour({ name, hour }: { name: string; hour: Hour | undefined }) {
  const { t, f } = useI18n()
  if (!hour) return <span className="text-xs text-ink-3">{t('models.noCalls')}</span>
  return (
    <span className="flex min-w-34 items-center gap-2">
      <Sparkline
        className="h-6 w-16 shrink-0"
        label={t('models.hourOf', {
          name,
          n: hour.calls,
          count: f.integer(hour.calls),
          failed: f.integer(hour.failed),
        })}
        lines={[
          { values: hour.requests, className: 'stroke-requests' },
          { values: hour.failed > 0 ? hour.errors : [], className: 'stroke-errors' },
        ]}
      />
      <span className="tnum grid text-xs leading-4 whitespace-nowrap" aria-hidden>
        <span className="font-medium">{f.compact(hour.calls)}</span>
        {hour.failed > 0 && (
          <span className="text-bad">
            {t('models.failedShare', { share: f.percent(hour.failed / hour.calls) })}
          </span>
        )}
      </span>
    </span>
  )
}
