import { useMutation } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, PlugZap } from 'lucide-react'
import { useFormContext } from 'react-hook-form'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { testProvider, type Provider } from '@/lib/api/catalog'
import { toTest, type ProviderValues } from './data/schema'

/** Asks the provider for its models with what stands in the form, saved or not. */
export function ProviderTest({ provider }: { provider?: Provider }) {
  const { t, f } = useI18n()
  const form = useFormContext<ProviderValues>()
  const test = useMutation({
    mutationFn: () => testProvider(toTest(form.getValues(), provider)),
  })
  const result = test.data
  return (
    <div className="grid gap-2 rounded-lg border border-line px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="sm"
          busy={test.isPending}
          onClick={async () => {
            if (await form.trigger('base_url')) test.mutate()
          }}
        >
          {!test.isPending && <PlugZap aria-hidden />}
          {t('providers.test')}
        </Button>
        <p className="min-w-0 flex-1 text-sm text-ink-2" role="status">
          {result?.ok ? (
            <span className="inline-flex items-center gap-1.5 font-medium text-ok">
              <CircleCheck className="size-4 shrink-0" aria-hidden />
              {t('providers.testOk', { n: result.models_found ?? 0, time: f.duration(result.latency_ms) })}
            </span>
          ) : result ? (
            <span className="inline-flex items-start gap-1.5 text-bad">
              <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              <span className="min-w-0 break-words">{result.error}</span>
            </span>
          ) : (
            t('providers.testHint')
          )}
        </p>
      </div>
      <FormError error={test.error} />
    </div>
  )
}
