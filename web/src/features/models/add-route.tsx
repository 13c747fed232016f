import { useMutation, useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { createRoute, providersQuery } from '@/lib/api/catalog'
import type { KnownModel } from '@/lib/api/use-models'

export function AddRoute({ model, onAdded }: { model: KnownModel; onAdded: () => Promise<unknown> }) {
  const { t } = useI18n()
  const providers = useQuery(providersQuery)
  const [providerId, setProviderId] = useState('')
  const [upstream, setUpstream] = useState(model.model_id)
  const [weight, setWeight] = useState('100')
  const chosen = providerId || providers.data?.items[0]?.id || ''
  const add = useMutation({
    mutationFn: () =>
      createRoute(model.id, {
        provider_id: chosen,
        upstream_model: upstream.trim(),
        weight: Math.max(0, Math.round(Number(weight) || 0)),
      }),
    onSuccess: onAdded,
  })
  return (
    <form
      className="mt-2 grid gap-3 rounded-lg border border-dashed border-line-strong p-3"
      aria-label={t('models.addRoute')}
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate()
      }}
    >
      <div className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_5rem_auto]">
        <Field label={t('models.provider')}>
          {(control) => (
            <Select {...control} value={chosen} onChange={(event) => setProviderId(event.target.value)}>
              {providers.data?.items.map((provider) => (
                <option key={provider.id} value={provider.id}>
                  {provider.display_name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('models.upstream')}>
          {(control) => (
            <Input
              {...control}
              value={upstream}
              onChange={(event) => setUpstream(event.target.value)}
              className="font-mono"
            />
          )}
        </Field>
        <Field label={t('models.weight')}>
          {(control) => (
            <Input
              {...control}
              value={weight}
              inputMode="numeric"
              onChange={(event) => setWeight(event.target.value)}
              className="tnum text-end"
            />
          )}
        </Field>
        <Button type="submit" disabled={!chosen || !upstream.trim()} busy={add.isPending}>
          {!add.isPending && <Plus aria-hidden />}
          {t('models.addRoute')}
        </Button>
      </div>
      <FormError error={add.error} />
    </form>
  )
}
