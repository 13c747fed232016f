import { useQuery } from '@tanstack/react-query'
import { CodeBlock } from '@/components/code-block'
import { useI18n } from '@/i18n'
import { modelsQuery } from '@/lib/api/catalog'
import { useGatewayUrl } from '@/lib/api/gateway-address'
import { curlFor } from '@/lib/curl'

/** Shown while there has been no traffic at all: the one thing to do next. */
export function FirstSteps() {
  const { t } = useI18n()
  const gateway = useGatewayUrl()
  const models = useQuery(modelsQuery)
  const model = models.data?.items.find((each) => each.enabled)?.model_id ?? 'your-model'
  return (
    <section className="panel grid items-center gap-4 p-5 lg:grid-cols-2" aria-label={t('home.firstTitle')}>
      <div>
        <h2 className="text-lg font-semibold tracking-tight">{t('home.firstTitle')}</h2>
        <p className="mt-1 text-sm text-pretty text-ink-2">{t('home.firstText')}</p>
      </div>
      <CodeBlock label="cURL" code={curlFor(gateway, model)} />
    </section>
  )
}
