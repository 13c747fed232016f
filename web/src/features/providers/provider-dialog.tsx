import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Controller, FormProvider, useForm, useWatch } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { LimitsTabs, type LimitsTab } from '@/components/limits/limits-tabs'
import { ProviderMark } from '@/components/provider-mark'
import { SwitchRow } from '@/components/switch-row'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { createProvider, readProvider, updateProvider, type Provider } from '@/lib/api/catalog'
import { showFieldErrors } from '@/lib/forms'
import { cn } from '@/lib/cn'
import { useEdit } from '@/lib/use-edit'
import {
  isBedrockUrl,
  kindOf,
  providerKinds,
  providerSchema,
  slugOf,
  toRequest,
  usesApiKey,
  valuesOf,
  type ProviderValues,
} from './data/schema'
import { ProviderConfig } from './provider-config'
import { ProviderHeaders } from './provider-headers'
import { ProviderKeys } from './provider-keys'
import { ProviderTest } from './provider-test'

const fields = [
  'name',
  'display_name',
  'base_url',
  'api_keys',
  ...providerKinds.flatMap((kind) => kind.config.map((field) => `config.${field.name}` as const)),
] as const

const labels: Record<string, MessageKey> = {
  display_name: 'providers.displayName',
  base_url: 'providers.baseUrl',
  api_keys: 'providers.apiKey',
  timeout_secs: 'providers.timeout',
  headers: 'providers.headers',
  allow_private_network: 'providers.privateNetwork',
  enabled: 'common.enabled',
}

interface ProviderDialogProps {
  provider?: Provider
  tab?: LimitsTab
  onClose: () => void
  onSaved: () => Promise<unknown>
}

export function ProviderDialog({ provider, tab: first = 'settings', onClose, onSaved }: ProviderDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const form = useForm<ProviderValues>({
    resolver: zodResolver(providerSchema(t)),
    defaultValues: valuesOf(provider),
  })
  const edit = useEdit({ form, read: provider && (() => readProvider(provider.id)), valuesOf })
  const [type, config] = useWatch({ control: form.control, name: ['provider_type', 'config'] })
  const [nameTouched, setNameTouched] = useState(Boolean(provider))
  const { errors } = form.formState
  const [tab, setTab] = useState(first)

  const save = useMutation({
    mutationFn: async (values: ProviderValues) => {
      const request = toRequest(values, provider)
      if (!provider) return createProvider(request)
      const { name: _name, provider_type: _type, ...changes } = request
      return updateProvider(provider.id, changes, await edit.etag())
    },
    onSuccess: async (saved) => {
      await onSaved()
      toast.success(t(provider ? 'common.saved' : 'providers.added'), saved.display_name)
      onClose()
    },
    onError: (error) => showFieldErrors(error, form.setError, fields),
  })

  const choose = (next: ProviderValues['provider_type']) => {
    const current = form.getValues('base_url')
    const wasDefault = isBedrockUrl(current) || providerKinds.some((each) => each.baseUrl === current)
    form.setValue('provider_type', next)
    form.setValue('config', {})
    form.setValue('capabilities', [])
    if (wasDefault) form.setValue('base_url', kindOf(next).baseUrl)
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      title={provider ? t('providers.editTitle', { name: provider.display_name }) : t('providers.add')}
      description={provider ? undefined : t('providers.addHint')}
      footer={
        tab === 'settings' && (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" form="provider-form" variant="primary" busy={save.isPending}>
              {provider ? t('common.save') : t('providers.add')}
            </Button>
          </>
        )
      }
    >
      <LimitsTabs subject={provider && { kind: 'provider', id: provider.id }} tab={tab} onTab={setTab}>
        <FormProvider {...form}>
          <form
            id="provider-form"
            noValidate
            className="grid gap-4 sm:grid-cols-2"
            onSubmit={form.handleSubmit((values) => save.mutate(values))}
          >
            {!provider && (
              <fieldset className="sm:col-span-2">
                <legend className="mb-1.5 text-sm font-medium">{t('providers.type')}</legend>
                <div className="grid grid-cols-2 gap-2 sm:grid-cols-3">
                  {providerKinds.map((each) => (
                    <label
                      key={each.type}
                      className={cn(
                        'flex cursor-pointer items-center gap-2.5 rounded-lg border border-line p-2 text-sm font-medium transition-colors hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-accent',
                        type === each.type && 'border-accent bg-accent-soft hover:border-accent',
                      )}
                    >
                      <input
                        type="radio"
                        name="provider-kind"
                        className="sr-only"
                        checked={type === each.type}
                        onChange={() => choose(each.type)}
                      />
                      <ProviderMark type={each.type} />
                      <span className="min-w-0 truncate">{each.name}</span>
                    </label>
                  ))}
                </div>
              </fieldset>
            )}
            <Field label={t('providers.displayName')} error={errors.display_name?.message}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('display_name', {
                    onChange: (event) => !nameTouched && form.setValue('name', slugOf(event.target.value)),
                  })}
                  autoFocus
                />
              )}
            </Field>
            <Field label={t('providers.name')} error={errors.name?.message} hint={t('providers.nameHint')}>
              {(control) => (
                <Input
                  {...control}
                  {...form.register('name', { onChange: () => setNameTouched(true) })}
                  readOnly={Boolean(provider)}
                  className="font-mono read-only:text-ink-3"
                />
              )}
            </Field>
            <Field label={t('providers.baseUrl')} error={errors.base_url?.message} className="sm:col-span-2">
              {(control) => (
                <Input {...control} {...form.register('base_url')} inputMode="url" className="font-mono" />
              )}
            </Field>
            <ProviderConfig />
            {usesApiKey(type, config) && <ProviderKeys />}
            <Field
              label={t('providers.timeout')}
              optional={t('common.optional')}
              error={errors.timeout_secs?.message}
              hint={t('providers.timeoutHint')}
            >
              {(control) => (
                <Input
                  {...control}
                  {...form.register('timeout_secs')}
                  inputMode="numeric"
                  placeholder="600"
                />
              )}
            </Field>

            <ProviderHeaders />
            <div className="grid gap-3 sm:col-span-2">
              <Controller
                control={form.control}
                name="allow_private_network"
                render={({ field }) => (
                  <SwitchRow
                    label={t('providers.privateNetwork')}
                    hint={t('providers.privateNetworkHint')}
                    checked={field.value}
                    onChange={field.onChange}
                  />
                )}
              />
              <Controller
                control={form.control}
                name="enabled"
                render={({ field }) => (
                  <SwitchRow
                    label={t('common.enabled')}
                    hint={t('providers.enabledHint')}
                    checked={field.value}
                    onChange={field.onChange}
                  />
                )}
              />
              <ProviderTest provider={provider} />
              <EditError
                edit={edit}
                error={save.error}
                onLoaded={save.reset}
                label={(name) => t(labels[name] ?? 'providers.config.credentials')}
              />
            </div>
          </form>
        </FormProvider>
      </LimitsTabs>
    </Dialog>
  )
}
