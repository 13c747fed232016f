import { useMutation } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { Controller, useFormContext, useWatch } from 'react-hook-form'
import { FormError } from '@/components/states'
import { SwitchRow } from '@/components/switch-row'
import { Mono } from '@/components/text'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { discoverIssuer, type SsoPreset } from '@/lib/api/sso'
import { cn } from '@/lib/cn'
import type { SsoValues } from './data/schema'

export function ProviderStep({ presets }: { presets: SsoPreset[] }) {
  const { t } = useI18n()
  const form = useFormContext<SsoValues>()
  const [chosen, issuer, allow] = useWatch({
    control: form.control,
    name: ['preset', 'issuer', 'allow_private_network'],
  })
  const discover = useMutation({
    mutationFn: () => discoverIssuer(issuer.trim(), allow),
    onSuccess: (found) => form.setValue('issuer', found.issuer, { shouldDirty: true, shouldValidate: true }),
  })
  const preset = presets.find((each) => each.id === chosen)
  const choose = (next: SsoPreset) => {
    form.setValue('preset', next.id, { shouldDirty: true })
    form.setValue('label', next.name)
    form.setValue('scopes', next.scopes.join(' '))
    form.setValue('name_claim', next.name_claim)
    form.setValue('groups_claim', next.groups_claim)
    if (next.id === 'google') form.setValue('issuer', next.issuer_example)
  }

  return (
    <>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">{t('sso.preset')}</legend>
        <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
          {presets.map((each) => (
            <label
              key={each.id}
              className={cn(
                'flex h-10 cursor-pointer items-center rounded-lg border border-line px-3 text-sm font-medium transition-colors hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-accent',
                chosen === each.id && 'border-accent bg-accent-soft hover:border-accent',
              )}
            >
              <input
                type="radio"
                name="sso-preset"
                className="sr-only"
                checked={chosen === each.id}
                onChange={() => choose(each)}
              />
              <span className="min-w-0 truncate">{each.name}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field label={t('sso.issuer')} hint={t('sso.issuerHint')} error={form.formState.errors.issuer?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('issuer')}
            inputMode="url"
            placeholder={preset?.issuer_example}
            className="font-mono"
          />
        )}
      </Field>
      <Controller
        control={form.control}
        name="allow_private_network"
        render={({ field }) => (
          <SwitchRow
            label={t('sso.privateNetwork')}
            hint={t('sso.privateNetworkHint')}
            checked={field.value}
            onChange={field.onChange}
          />
        )}
      />
      <div className="grid justify-items-start gap-3">
        <Button onClick={() => discover.mutate()} busy={discover.isPending} disabled={!issuer.trim()}>
          {t('sso.discover')}
        </Button>
        {discover.data ? (
          <div role="status" className="grid w-full gap-1 rounded-md bg-ok-soft px-3 py-2 text-sm">
            <p className="flex items-center gap-2 font-medium text-ok">
              <CircleCheck className="size-4" aria-hidden />
              {t('sso.discovered')}
            </p>
            {[
              discover.data.authorization_endpoint,
              discover.data.token_endpoint,
              discover.data.jwks_uri,
              discover.data.end_session_endpoint,
            ].map(
              (address) =>
                address && (
                  <Mono key={address} className="break-all text-ink-2">
                    {address}
                  </Mono>
                ),
            )}
          </div>
        ) : (
          <div className="w-full">
            <FormError error={discover.error} />
          </div>
        )}
      </div>
    </>
  )
}
