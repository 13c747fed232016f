import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { Panel } from '@/components/page'
import { ProviderMark } from '@/components/provider-mark'
import { SimulatedBadge, StatusBadge, type HealthTone } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import type { Overview } from '@/lib/api/overview'

type ProviderFigures = Overview['providers'][number]

function tone(provider: ProviderFigures): HealthTone {
  if (!provider.enabled || provider.requests === 0) return 'off'
  const rate = provider.errors / provider.requests
  return rate >= 0.5 ? 'bad' : rate >= 0.05 ? 'warn' : 'ok'
}

export function ProviderHealth({ providers }: { providers: ProviderFigures[] | undefined }) {
  const { t, f } = useI18n()
  const word = (provider: ProviderFigures) => {
    if (!provider.enabled) return t('common.disabled')
    if (provider.requests === 0) return t('home.idle')
    return t(`health.${tone(provider)}`)
  }
  return (
    <Panel
      title={t('nav.providers')}
      aside={
        <Button asChild variant="link" size="inline" className="text-xs">
          <Link to="/gateway/providers">{t('home.all')}</Link>
        </Button>
      }
    >
      {!providers && <Skeleton className="h-40" />}
      {providers?.length === 0 && (
        <div className="grid justify-items-center gap-3 py-8 text-center text-sm text-ink-2">
          {t('providers.emptyHint')}
          <Button asChild size="sm">
            <Link to="/gateway/providers" search={{ dialog: 'new' }}>
              <Plus aria-hidden />
              {t('providers.add')}
            </Link>
          </Button>
        </div>
      )}
      <ul className="grid gap-3">
        {providers?.slice(0, 7).map((provider) => (
          <li key={provider.name} className="flex items-center gap-2.5">
            <ProviderMark type={provider.provider_type} />
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate text-sm font-medium">{provider.display_name}</span>
                {provider.simulated && <SimulatedBadge />}
              </div>
              <p className="tnum truncate text-xs text-ink-3">
                {t('home.providerFigures', {
                  n: provider.requests,
                  requests: f.compact(provider.requests),
                  errors: f.percent(provider.requests ? provider.errors / provider.requests : 0),
                })}
              </p>
            </div>
            <StatusBadge tone={tone(provider)}>{word(provider)}</StatusBadge>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
