import { useQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useI18n } from '@/i18n'
import { healthQuery } from '@/lib/api/overview'
import { cn } from '@/lib/cn'
import { healthTone, StateBadge, type HealthTone } from '../status'

const dots: Record<HealthTone, string> = { ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad', off: 'bg-ink-3' }

/** The fleet's health at a glance on every page; each part with its latency on a click. */
export function HealthMenu() {
  const { t, f } = useI18n()
  const health = useQuery(healthQuery)
  const tone: HealthTone = health.isError ? 'bad' : health.data ? healthTone(health.data.status) : 'off'
  const word = health.isPending ? t('health.checking') : t(`health.${tone}`)
  const groups = [
    { label: t('health.services'), parts: health.data?.services },
    { label: t('health.stores'), parts: health.data?.stores },
  ]
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t('health.title', { status: word })}
        className="inline-flex h-8 items-center gap-2 rounded-md px-2.5 text-sm font-medium text-ink-2 transition-colors hover:bg-hover hover:text-ink"
      >
        <Activity className="size-4 sm:hidden" aria-hidden />
        <span className={cn('size-2 rounded-full', dots[tone])} aria-hidden />
        <span className="hidden sm:inline">{word}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('health.details')}
          className="pop-in z-50 max-h-[70vh] w-80 overflow-y-auto rounded-lg border border-line bg-raised p-3 shadow-pop outline-none"
        >
          {health.isError && <p className="text-sm text-bad">{t('error.unreachable')}</p>}
          {groups.map(
            ({ label, parts }) =>
              parts && (
                <section key={label} className="mb-3 last:mb-0">
                  <h3 className="mb-1 text-xs font-medium text-ink-3">{label}</h3>
                  <ul className="grid">
                    {Object.entries(parts).map(([name, part]) => (
                      <li
                        key={name}
                        className="flex h-7 items-center gap-2 text-sm"
                        title={part.detail ?? undefined}
                      >
                        <span className="flex-1 truncate font-mono text-xs">{name}</span>
                        {part.latency_ms !== undefined && part.latency_ms !== null && (
                          <span className="tnum text-xs text-ink-3">{f.duration(part.latency_ms)}</span>
                        )}
                        <StateBadge state={part.status} />
                      </li>
                    ))}
                  </ul>
                </section>
              ),
          )}
          {(health.data?.controls?.length ?? 0) > 0 && (
            <section>
              <h3 className="mb-1 text-xs font-medium text-ink-3">{t('health.controls')}</h3>
              <ul>
                {health.data?.controls?.map((control) => (
                  <li key={control.name} className="flex h-7 items-center gap-2 text-sm">
                    <span className="flex-1 truncate font-mono text-xs">{control.name}</span>
                    <span className="text-xs text-ink-3">
                      {t(control.failure_mode === 'closed' ? 'state.closed' : 'state.open')}
                    </span>
                    <StateBadge state={control.state} />
                  </li>
                ))}
              </ul>
            </section>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
