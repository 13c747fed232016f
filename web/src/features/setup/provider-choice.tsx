import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import { FlaskConical, Plug } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { createModel, createProvider, createRoute } from '@/lib/api/catalog'
import { addSimulator, setupStatusQuery } from '@/lib/api/session'
import { cn } from '@/lib/cn'
import { z } from '@/lib/zod'

export function ProviderChoice({ onReady }: { onReady: () => Promise<unknown> }) {
  const { t } = useI18n()
  const status = useQuery(setupStatusQuery)
  const [chosen, setChosen] = useState<'own'>()
  const simulate = useMutation({ mutationFn: addSimulator, onSuccess: onReady })
  const card =
    'panel flex h-full flex-col items-start gap-2 p-4 text-start transition-colors hover:border-accent aria-expanded:border-accent disabled:opacity-60'
  return (
    <div className="grid gap-4">
      <div className="grid gap-3 sm:grid-cols-2">
        {status.data?.simulator_available && (
          <button
            type="button"
            className={card}
            disabled={simulate.isPending}
            aria-busy={simulate.isPending}
            onClick={() => simulate.mutate()}
          >
            <span className="grid size-9 place-items-center rounded-lg bg-accent-soft text-accent-text">
              <FlaskConical className="size-4.5" aria-hidden />
            </span>
            <span className="text-base font-semibold">{t('setup.provider.simulated')}</span>
            <span className="text-sm text-ink-2">{t('setup.provider.simulatedHint')}</span>
          </button>
        )}
        <button
          type="button"
          className={cn(card, chosen && 'border-accent')}
          aria-expanded={chosen === 'own'}
          onClick={() => setChosen('own')}
        >
          <span className="grid size-9 place-items-center rounded-lg bg-sunken text-ink-2">
            <Plug className="size-4.5" aria-hidden />
          </span>
          <span className="text-base font-semibold">{t('setup.provider.own')}</span>
          <span className="text-sm text-ink-2">{t('setup.provider.ownHint')}</span>
        </button>
      </div>
      <FormError error={simulate.error} />
      {chosen === 'own' && <OwnProvider onReady={onReady} />}
    </div>
  )
}

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'provider'

function OwnProvider({ onReady }: { onReady: () => Promise<unknown> }) {
  const { t } = useI18n()
  const schema = z.object({
    display_name: z.string().trim().min(1, t('form.required')),
    base_url: z.url({ protocol: /^https?$/, error: t('form.url') }),
    api_key: z.string(),
    model: z.string().trim().min(1, t('form.required')),
  })
  type Values = z.infer<typeof schema>
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { display_name: 'OpenAI', base_url: 'https://api.openai.com/v1', api_key: '', model: '' },
  })
  // A second try after a half-done first one goes on where that stopped.
  const [providerId, setProviderId] = useState<string>()
  const connect = useMutation({
    mutationFn: async (values: Values) => {
      let id = providerId
      if (!id) {
        const official = new URL(values.base_url).hostname === 'api.openai.com'
        const provider = await createProvider({
          name: slug(values.display_name),
          display_name: values.display_name,
          provider_type: official ? 'openai' : 'custom',
          base_url: values.base_url,
          api_key: values.api_key || undefined,
        })
        id = provider.id
        setProviderId(id)
      }
      const model = await createModel({ model_id: values.model, display_name: values.model })
      await createRoute(model.id, { provider_id: id, upstream_model: values.model })
    },
    onSuccess: onReady,
  })
  const { errors } = form.formState
  return (
    <form
      noValidate
      className="panel grid gap-4 p-4 sm:grid-cols-2"
      aria-label={t('setup.provider.own')}
      onSubmit={form.handleSubmit((values) => connect.mutate(values))}
    >
      <Field label={t('providers.displayName')} error={errors.display_name?.message}>
        {(control) => <Input {...control} {...form.register('display_name')} />}
      </Field>
      <Field label={t('providers.baseUrl')} error={errors.base_url?.message}>
        {(control) => (
          <Input {...control} {...form.register('base_url')} inputMode="url" className="font-mono" />
        )}
      </Field>
      <Field label={t('providers.apiKey')} error={errors.api_key?.message} hint={t('providers.apiKeyHint')}>
        {(control) => <Input {...control} {...form.register('api_key')} type="password" autoComplete="off" />}
      </Field>
      <Field
        label={t('setup.provider.model')}
        error={errors.model?.message}
        hint={t('setup.provider.modelHint')}
      >
        {(control) => (
          <Input {...control} {...form.register('model')} placeholder="gpt-5.4-mini" className="font-mono" />
        )}
      </Field>
      <div className="grid gap-3 sm:col-span-2">
        <FormError error={connect.error} />
        <Button type="submit" variant="primary" busy={connect.isPending} className="justify-self-end">
          {t('setup.provider.connect')}
        </Button>
      </div>
    </form>
  )
}
