import { useQuery } from '@tanstack/react-query'
import { ArrowRight } from 'lucide-react'
import { ErrorState } from '@/components/states'
import { healthTone, StatusBadge } from '@/components/status'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { setupStatusQuery } from '@/lib/api/session'
import { StepHeading } from './setup-page'

const names: Record<string, string> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  clickhouse: 'ClickHouse',
  kafka: 'Kafka',
  identity: 'Identity',
  limits: 'Limits',
  'admin-api': 'Admin API',
  'ai-gateway': 'AI gateway',
  'mcp-gateway': 'MCP gateway',
  'audit-ingest': 'Audit ingest',
  'body-offload': 'Body offload',
  'provider-simulator': 'Simulator',
}

export function WelcomeStep({ onNext }: { onNext: () => void }) {
  const { t, f } = useI18n()
  const status = useQuery({ ...setupStatusQuery, refetchInterval: 4_000 })
  const checks = status.data?.checks ?? []
  const ready = checks.filter((check) => healthTone(check.status) === 'ok')
  const failing = checks.filter((check) => healthTone(check.status) === 'bad')
  return (
    <>
      <StepHeading title={t('setup.welcome.title')}>{t('setup.welcome.lead')}</StepHeading>
      <section className="panel overflow-hidden" aria-label={t('setup.welcome.checks')}>
        <header className="flex h-11 items-center justify-between border-b border-line px-4">
          <h2 className="text-sm font-semibold">{t('setup.welcome.checks')}</h2>
          <span aria-live="polite" className="text-xs text-ink-3">
            {t('setup.welcome.passing', { n: ready.length, total: checks.length })}
          </span>
        </header>
        {status.isError ? (
          <ErrorState error={status.error} onRetry={() => void status.refetch()} />
        ) : (
          <ul>
            {checks.map((check) => (
              <li
                key={check.name}
                className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-2 last:border-0"
              >
                <span className="w-40 shrink-0 text-sm font-medium">{names[check.name] ?? check.name}</span>
                <span className="min-w-0 flex-1 text-xs break-words text-ink-3">
                  {check.detail ?? (check.latency_ms === undefined ? '' : f.duration(check.latency_ms))}
                </span>
                <StatusBadge tone={healthTone(check.status)}>
                  {t(`health.${healthTone(check.status)}`)}
                </StatusBadge>
              </li>
            ))}
            {checks.length === 0 && (
              <li className="px-4 py-3 text-sm text-ink-2">{t('setup.welcome.noChecks')}</li>
            )}
          </ul>
        )}
      </section>
      {failing.length > 0 && <p className="mt-3 text-sm text-warn">{t('setup.welcome.failing')}</p>}
      <div className="mt-6 flex justify-end">
        <Button variant="primary" size="lg" onClick={onNext} disabled={!status.data}>
          {t('setup.welcome.begin')}
          <ArrowRight aria-hidden />
        </Button>
      </div>
    </>
  )
}
