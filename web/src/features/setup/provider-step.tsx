import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import { CodeBlock } from '@/components/code-block'
import { SecretOnce } from '@/components/secret-once'
import { ErrorState } from '@/components/states'
import { SimulatedBadge } from '@/components/status'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { modelsQuery, providersQuery } from '@/lib/api/catalog'
import { useModels, type KnownModel } from '@/lib/api/use-models'
import { useGatewayUrl } from '@/lib/api/gateway-address'
import { curlFor } from '@/lib/curl'
import { FirstRequest } from './first-request'
import { ProviderChoice } from './provider-choice'
import { StepHeading } from './setup-page'

/** The last step: something to call, a key to call it with, and the first answer. */
export function ProviderStep({ apiKey }: { apiKey: string | undefined }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const models = useModels()
  // In the order of their making (ids are UUIDv7): the first is the one meant to be tried first.
  const usable = (models.data ?? [])
    .filter((model) => model.enabled)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))

  if (models.isPending) return <Skeleton className="h-40" />
  if (models.isError) return <ErrorState error={models.error} onRetry={() => void models.refetch()} />
  if (usable.length === 0) {
    return (
      <>
        <StepHeading title={t('setup.provider.title')}>{t('setup.provider.lead')}</StepHeading>
        <ProviderChoice
          onReady={() =>
            Promise.all([
              client.invalidateQueries({ queryKey: providersQuery.queryKey }),
              client.invalidateQueries({ queryKey: modelsQuery.queryKey }),
            ])
          }
        />
        <p className="mt-6 text-end">
          <Button asChild variant="link" size="inline">
            <Link to="/">{t('setup.provider.later')}</Link>
          </Button>
        </p>
      </>
    )
  }
  return <Ready apiKey={apiKey} models={usable} />
}

function Ready({ apiKey, models }: { apiKey: string | undefined; models: KnownModel[] }) {
  const { t } = useI18n()
  const gateway = useGatewayUrl()
  const first = models[0]?.model_id ?? ''
  return (
    <>
      <StepHeading title={t('setup.ready.title')}>{t('setup.ready.lead')}</StepHeading>
      <div className="grid gap-4">
        <section
          className="panel flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3"
          aria-label={t('nav.models')}
        >
          <CircleCheck className="size-4 text-ok" aria-hidden />
          <span className="text-sm font-medium">{t('setup.ready.models', { n: models.length })}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs text-ink-2">
            {models.map((model) => model.model_id).join(' · ')}
          </span>
          {models.some((model) => model.simulated) && <SimulatedBadge />}
        </section>

        <section className="panel grid gap-3 p-4" aria-labelledby="first-key">
          <h2 id="first-key" className="text-base font-semibold">
            {t('setup.key.title')}
          </h2>
          {apiKey ? (
            <>
              <p className="text-sm text-ink-2">{t('setup.key.lead')}</p>
              <SecretOnce secret={apiKey} label={t('keys.key')} />
              <CodeBlock label="cURL" code={curlFor(gateway, first)} />
            </>
          ) : (
            <p className="text-sm text-ink-2">
              {t('setup.key.gone')}{' '}
              <Button asChild variant="link" size="inline">
                <Link to="/api-keys" search={{ dialog: 'new' }}>
                  {t('keys.create')}
                </Link>
              </Button>
            </p>
          )}
        </section>

        <FirstRequest models={models} />
        <div className="flex justify-end">
          <Button asChild size="lg">
            <Link to="/">{t('setup.ready.open')}</Link>
          </Button>
        </div>
      </div>
    </>
  )
}
